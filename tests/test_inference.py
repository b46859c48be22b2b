"""What the inference module answers on the bundled checkpoints."""

import json
import math
import shutil
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import gradio
import numpy as np
import pytest
import torch
from conftest import EXAMPLES
from PIL import Image

from vae_demo import inference
from vae_demo.datasets.registry import DATASETS
from vae_demo.errors import InputError
from vae_demo.images import codecs, coded_within
from vae_demo.inference import (
    compare_betas,
    decode_codes,
    encode_codes,
    open_codes,
    reconstruct,
    reconstruct_whole,
    sample,
    sample_in_steps,
    walk,
)
from vae_demo.inference.codebook import code_colours
from vae_demo.inference.reconstruction import share_up_to
from vae_demo.models.gaussian import slerp
from vae_demo.weights import checkpoints
from vae_demo.weights.catalogue import read_catalogue
from vae_demo.weights.hub import WeightsSource, bundled
from vae_demo.weights.loading import load_mixture

STORE = inference.default_store().current
CATALOGUE = STORE.catalogue
PHOTOGRAPH = Path(gradio.__file__).parent / "media_assets" / "images" / "tower.jpg"
DIGIT = EXAMPLES / "digits" / "3.png"
PICTURES = {
    "digits": DIGIT,
    "cartoons": EXAMPLES / "cartoons" / "face-1.png",
    "sprites": EXAMPLES / "sprites" / "sprite-1.png",
}


def pixels(picture: Image.Image) -> np.ndarray:
    return np.asarray(picture, dtype=np.float64) / 255


@pytest.fixture
def photo(tmp_path):
    """A photograph-like picture of an odd size: smooth shading and a few edges."""
    y, x = np.mgrid[0:150, 0:203]
    shade = np.stack([x / 203, y / 150, 0.5 + 0.4 * np.sin(x / 17)], axis=2)
    shade[40:90, 60:120] *= 0.4
    path = tmp_path / "photo.png"
    Image.fromarray((255 * shade).astype(np.uint8)).save(path)
    return path


@pytest.mark.parametrize("name", CATALOGUE)
def test_every_checkpoint_loads_strictly_as_float32_and_brings_its_numbers(name):
    checkpoint = CATALOGUE[name]
    model = STORE.model(checkpoint)
    assert not model.training
    assert {tensor.dtype for tensor in model.state_dict().values()} == {torch.float32}
    assert checkpoint.metrics["split"] == "test"
    published = checkpoint.architecture.model.from_pretrained(checkpoint.folder, strict=True).state_dict()
    assert all(torch.equal(tensor, published[key]) for key, tensor in model.state_dict().items())


def test_every_dataset_and_variant_of_the_project_is_bundled():
    variants = {(c.dataset, c.architecture.name) for c in CATALOGUE.values()}
    for dataset in ("digits", "cartoons", "photos", "faces"):
        assert {(dataset, v) for v in ("vae", "conv-vae", "beta-vae", "vq-vae", "code-prior")} <= variants
    assert ("sprites", "beta-vae") in variants
    betas = Counter(c.dataset for c in CATALOGUE.values() if c.beta is not None)
    assert betas["digits"] >= 5
    assert betas["cartoons"] >= 5
    assert min(betas[dataset] for dataset in ("sprites", "photos", "faces")) >= 4


def test_a_family_runs_from_all_latents_active_to_few():
    for dataset in ("digits", "cartoons", "sprites"):
        family = STORE.family(dataset)
        active = [c.metrics["active_dimensions"] for c in family]
        rates = [c.metrics["rate"] for c in family]
        assert active[-1] < active[0] / 2
        assert rates == sorted(rates, reverse=True)


@pytest.mark.parametrize("dataset", PICTURES)
def test_a_reconstruction_reports_the_errors_of_the_pictures_it_shows(dataset):
    answer = reconstruct(PICTURES[dataset], dataset)
    assert answer.variants
    for variant in answer.variants:
        seen, recon = pixels(variant.model_input), pixels(variant.reconstruction)
        assert seen.shape == recon.shape
        # The pictures are rounded to 8 bits, the numbers are not.
        assert variant.mse == pytest.approx(((seen - recon) ** 2).mean(), abs=2e-4)
        assert variant.psnr == pytest.approx(-10 * math.log10(variant.mse), abs=1e-4)
        assert -1 <= variant.ssim <= 1
        assert 0 <= variant.error_percentile <= 1


def test_trained_variants_beat_the_best_flat_picture():
    for dataset in ("digits", "cartoons"):
        for variant in reconstruct(PICTURES[dataset], dataset).variants:
            if "Beta" not in variant.title:
                assert variant.mse < 0.5 * pixels(variant.model_input).var()


def test_digits_are_answered_by_all_four_variants_with_what_their_latents_cost():
    variants = {v.title: v for v in reconstruct(DIGIT, "digits").variants}
    assert list(variants) == ["VAE", "ConvVAE", "Beta-VAE, β = 4", "VQ-VAE"]
    assert variants["VQ-VAE"].latent_size == 49
    assert variants["VQ-VAE"].latent_bits == 49 * 9
    assert variants["VAE"].latent_size == 20
    assert 5 < variants["VAE"].latent_bits < 100
    assert variants["ConvVAE"].reconstruction.size == (64, 64)


def test_the_posterior_mean_ignores_the_seed_and_a_sample_follows_it():
    def bytes_of(posterior, seed):
        return [v.reconstruction.tobytes() for v in reconstruct(DIGIT, "digits", posterior, seed).variants]

    assert bytes_of("mean", 0) == bytes_of("mean", 1)
    assert bytes_of("sample", 1) == bytes_of("sample", 1)
    assert bytes_of("sample", 1)[0] != bytes_of("sample", 2)[0]
    assert bytes_of("sample", 1)[0] != bytes_of("mean", 1)[0]


def test_a_photograph_is_answered_by_all_variants_cropped_and_by_one_whole(photo):
    answer = reconstruct(photo, "photos")
    assert [v.title for v in answer.variants] == ["VAE", "ConvVAE", "Beta-VAE, β = 4", "VQ-VAE"]
    assert {v.reconstruction.size for v in answer.variants} == {(32, 32), (64, 64)}
    assert answer.whole.title == "VQ-VAE"
    assert answer.whole.reconstruction.size == (200, 148)  # its own size, but for a multiple of four
    assert answer.whole.psnr > 20
    assert reconstruct(photo, "faces").whole is None
    assert reconstruct(photo, "photos", whole=False).whole is None
    assert reconstruct_whole(photo) == answer.whole
    with pytest.raises(InputError, match=r"No variant of faces takes pictures of any size\."):
        reconstruct_whole(photo, "faces")
    with pytest.raises(InputError, match="The dataset must be one of"):
        reconstruct_whole(photo, "cats")


def test_noise_is_called_unusual_and_a_drawn_digit_is_not(tmp_path):
    path = tmp_path / "noise.png"
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (28, 28), dtype=np.uint8)).save(path)
    noise = {v.title: v.error_percentile for v in reconstruct(path, "digits").variants}
    digit = {v.title: v.error_percentile for v in reconstruct(DIGIT, "digits").variants}
    assert noise["VAE"] == 1
    assert digit["VAE"] < noise["VAE"]


def test_share_up_to_counts_a_distribution_by_its_quantiles():
    assert share_up_to([0.0, 1.0, 2.0, 3.0, 4.0], 2.5) == 0.625
    assert share_up_to([0.0, 1.0, 2.0, 3.0, 4.0], 9.0) == 1.0
    assert share_up_to([1.0, 2.0], 0.5) == 0.0
    assert share_up_to([1.0, 2.0, 2.0, 2.0, 4.0], 2.0) == 0.75
    assert share_up_to([1.0], 1.0) == 1.0
    assert share_up_to(None, 1.0) is None


@pytest.mark.parametrize("name", [c.name for c in STORE.of()])
def test_each_checkpoint_samples_from_each_of_its_priors(name):
    checkpoint = CATALOGUE[name]
    assert STORE.priors(checkpoint)
    for prior in STORE.priors(checkpoint):
        answer = sample(name, prior, count=3, seed=5)
        assert [picture.size for picture in answer.pictures] == [checkpoint.image_shape[:0:-1]] * 3
        assert (answer.codes is None) != (answer.latents is None)


def test_samples_follow_the_seed_and_more_of_them_leave_the_first_as_they_were():
    four, eight = sample("vae-digits", count=4, seed=3), sample("vae-digits", count=8, seed=3)
    assert four.latents == eight.latents[:4]
    assert sample("vae-digits", count=4, seed=4).latents != four.latents


def test_the_code_prior_fills_the_map_row_by_row_and_decodes_to_its_own_codes():
    steps = list(sample_in_steps("vq-vae-digits", "code-prior", 2, 1, 1.0))
    answer = sample("vq-vae-digits", "code-prior", count=2, seed=1)
    assert [sum(row[0] >= 0 for row in step.codes[0]) for step in steps] == list(range(1, 8))
    for step in steps:
        known = sum(row[0] >= 0 for row in step.codes[0])
        assert step.codes[0][:known] == answer.codes[0][:known]
        assert (pixels(step.pictures[0])[4 * known :] == 128 / 255).all()
    assert steps[-1].codes == answer.codes
    assert [p.tobytes() for p in steps[-1].pictures] == [p.tobytes() for p in answer.pictures]
    decoded = decode_codes(answer.codes[0], "vq-vae-digits")
    assert decoded.picture.tobytes() == answer.pictures[0].tobytes()


def test_learned_codes_look_more_like_digits_than_uniform_ones():
    """Measured by the VAE: how much of a sample it can say again."""

    def error(prior):
        pictures = sample("vq-vae-digits", prior, count=16, seed=0).pictures
        x = torch.tensor(np.stack([pixels(p) for p in pictures]), dtype=torch.float32).flatten(1)
        model = STORE.model(CATALOGUE["vae-digits"])
        return float((model.decode(model.encode(x)[0]) - x).pow(2).mean())

    assert error("code-prior") < 0.5 * error("uniform-codes")


def test_mixture_noise_is_independent_of_the_component_it_belongs_to():
    """Within each component the standardised noise has mean 0, in every dimension alike."""
    checkpoint = CATALOGUE["beta-vae-digits-0.0625"]
    mixture = load_mixture(checkpoint)
    z = torch.tensor([row for s in range(40) for row in sample(checkpoint.name, "gaussian-mixture", 64, s).latents])
    densities = torch.distributions.MultivariateNormal(mixture["means"], scale_tril=mixture["cholesky"])
    component = (densities.log_prob(z.unsqueeze(1)) + mixture["weights"].log()).argmax(dim=1)
    shares = torch.bincount(component, minlength=len(mixture["weights"])) / len(z)
    assert torch.allclose(shares, mixture["weights"], atol=0.05)
    for k in range(len(mixture["weights"])):
        own = z[component == k] - mixture["means"][k]
        noise = torch.linalg.solve_triangular(mixture["cholesky"][k], own.T, upper=False).T
        assert noise.mean(dim=0).abs().max() < 0.5


@pytest.mark.parametrize("temperature", [0, 1e-38, 1e-5])
def test_the_code_prior_is_greedy_at_the_lowest_temperatures(temperature):
    one, other = (sample("vq-vae-digits", "code-prior", 1, seed, temperature).codes for seed in (0, 1))
    assert one == other


def test_temperature_zero_is_the_middle_of_the_prior():
    answer = sample("vae-digits", "standard-normal", count=2, temperature=0)
    assert answer.latents == [[0.0] * 20] * 2


@pytest.mark.parametrize("dataset", PICTURES)
def test_betas_are_compared_in_order_on_one_picture(dataset):
    answer = compare_betas(PICTURES[dataset], dataset)
    betas = [member.beta for member in answer.members]
    assert betas == sorted(betas)
    assert 4.0 in betas
    for member in answer.members:
        assert member.rate == pytest.approx(sum(member.kl), rel=1e-4, abs=1e-6)
        assert member.active == sum(nats > 0.01 for nats in member.kl)
        mean, deviation = np.array(member.mean), np.array(member.deviation)
        expected = 0.5 * (mean**2 + deviation**2 - 1) - np.log(deviation)
        assert member.kl == pytest.approx(expected.tolist(), rel=1e-3, abs=1e-4)
        assert member.test_rate is not None
        assert len(member.traversal) == len(member.traversed)
    assert answer.members[0].distortion < answer.members[-1].distortion
    assert answer.members[0].rate > answer.members[-1].rate


def test_codes_decode_to_the_bytes_they_were_shown_as():
    encoded = encode_codes(PICTURES["cartoons"], "vq-vae-cartoons")
    assert (len(encoded.codes), len(encoded.codes[0])) == (16, 16)
    assert decode_codes(encoded.codes, "vq-vae-cartoons").picture.tobytes() == encoded.picture.tobytes()


def test_an_edited_code_changes_its_patch_and_no_far_one():
    encoded = encode_codes(PICTURES["cartoons"], "vq-vae-cartoons")
    codes = [row.copy() for row in encoded.codes]
    codes[8][8] = (codes[8][8] + 1) % 512
    changed = pixels(decode_codes(codes, "vq-vae-cartoons").picture) != pixels(encoded.picture)
    rows, columns = changed.any(axis=2).nonzero()
    assert len(rows)
    # One code reaches its own 4x4 patch and what the two transposed convolutions spread it to.
    for places in (rows, columns):
        assert places.min() >= 8 * 4 - 3
        assert places.max() <= 8 * 4 + 4 + 2


def test_codes_of_one_vector_have_one_colour_and_far_ones_differ():
    vectors = torch.tensor([[0.0, 0.0], [0.0, 0.0], [5.0, 1.0], [-5.0, -1.0]])
    colours = code_colours(vectors + 0.0)
    assert colours[2] != colours[3]
    assert len(code_colours(torch.randn(512, 64, generator=torch.Generator().manual_seed(0)))) == 512


BAD_REQUESTS = [
    (lambda: reconstruct(DIGIT, "fashions"), "dataset"),
    (lambda: reconstruct(DIGIT, None), "dataset"),
    (lambda: reconstruct(DIGIT, "digits", "median"), "posterior"),
    (lambda: reconstruct(DIGIT, "digits", "sample", -1), "seed"),
    (lambda: reconstruct(DIGIT, "digits", "sample", math.nan), "seed"),
    (lambda: reconstruct(DIGIT, "digits", "sample", 1.5), "seed"),
    (lambda: reconstruct(DIGIT, "digits", "sample", True), "seed"),
    (lambda: reconstruct(None, "digits"), "picture"),
    (lambda: reconstruct("", "digits"), "picture"),
    (lambda: reconstruct("no/such/file.png", "digits"), "file"),
    (lambda: sample("vae-digit"), "checkpoint"),
    (lambda: sample("../vae-digits"), "checkpoint"),
    (lambda: sample("code-prior-digits"), "checkpoint"),
    (lambda: sample("vae-digits", "code-prior"), "prior"),
    (lambda: sample("vae-digits", count=0), "number of samples"),
    (lambda: sample("vae-digits", count=65), "number of samples"),
    (lambda: sample("vae-digits", count=10**30), "number of samples"),
    (lambda: sample("vae-digits", count="4"), "number of samples"),
    (lambda: sample("vae-digits", seed=10**5000), "seed"),
    (lambda: sample("vae-digits", temperature=math.inf), "temperature"),
    (lambda: sample("vae-digits", temperature=math.nan), "temperature"),
    (lambda: sample("vae-digits", temperature=-0.1), "temperature"),
    (lambda: sample("vae-digits", temperature=10**400), "temperature"),
    (lambda: compare_betas(DIGIT, "nothing"), "dataset"),
    (lambda: encode_codes(DIGIT, "vae-digits"), "checkpoint"),
    (lambda: decode_codes([], "vq-vae-digits"), "code map"),
    (lambda: decode_codes("codes", "vq-vae-digits"), "code map"),
    (lambda: decode_codes([[]], "vq-vae-digits"), "code map"),
    (lambda: decode_codes([[1], [1, 2]], "vq-vae-digits"), "code map"),
    (lambda: decode_codes([[512]], "vq-vae-digits"), "code"),
    (lambda: decode_codes([[-1]], "vq-vae-digits"), "code"),
    (lambda: decode_codes([[0.5]], "vq-vae-digits"), "code"),
    (lambda: decode_codes([[None]], "vq-vae-digits"), "code"),
    (lambda: decode_codes([[0] * 257], "vq-vae-digits"), "code map"),
]


@pytest.mark.parametrize(("request_", "about"), BAD_REQUESTS)
def test_a_bad_request_is_refused_with_a_sentence_about_it(request_, about):
    with pytest.raises(InputError, match=f"(?i){about}"):
        request_()


def test_a_request_gives_the_same_bytes_alone_and_among_others_and_loads_each_checkpoint_once(monkeypatch):
    alone = [p.tobytes() for p in sample("vae-digits", count=4, seed=7).pictures]
    loads = Counter()
    lock = threading.Lock()
    load = checkpoints.load_model

    def counted(checkpoint):
        with lock:
            loads[checkpoint.name] += 1
        return load(checkpoint)

    monkeypatch.setattr(checkpoints, "load_model", counted)
    fresh = inference.Checkpoints(bundled())
    with ThreadPoolExecutor(8) as pool:
        answers = list(
            pool.map(lambda seed: sample("vae-digits", count=4, seed=seed, checkpoints=fresh), [7, 1, 7, 2] * 8)
        )
    assert loads == {"vae-digits": 1}
    for answer in answers[::2]:
        assert [p.tobytes() for p in answer.pictures] == alone


def test_the_global_random_state_is_left_alone():
    torch.manual_seed(1)
    before = torch.get_rng_state()
    sample("vae-digits", count=2)
    sample("vq-vae-digits", count=1)
    reconstruct(DIGIT, "digits", "sample", 3)
    assert torch.equal(before, torch.get_rng_state())


def test_a_dataset_has_one_licence_whichever_checkpoint_says_it():
    licences = {checkpoint.dataset: checkpoint.dataset_licence for checkpoint in CATALOGUE.values()}
    for checkpoint in CATALOGUE.values():
        assert checkpoint.dataset_licence == licences[checkpoint.dataset] == DATASETS[checkpoint.dataset].licence


def test_all_weights_fit_the_budget():
    files = [path for path in next(iter(CATALOGUE.values())).folder.parent.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) <= 140_000_000
    assert max(path.stat().st_size for path in files) <= 30 * 2**20


def test_the_catalogue_is_ordered_for_the_page():
    names = list(read_catalogue(STORE.source.folder))
    assert names.index("vae-digits") < names.index("conv-vae-digits") < names.index("vq-vae-digits")


def test_a_new_source_is_seen_by_the_next_request_and_not_by_the_one_under_way(tmp_path):
    class Changing:
        source = bundled()

    store = inference.Store(Changing())
    under_way = store.current
    shutil.copytree(CATALOGUE["vae-digits"].folder, tmp_path / "vae-digits")
    Changing.source = WeightsSource(tmp_path, "owner/weights", "main", "0" * 40)
    assert list(store.current.catalogue) == ["vae-digits"]
    assert [v.title for v in reconstruct(DIGIT, "digits", checkpoints=store.current).variants] == ["VAE"]
    assert len(reconstruct(DIGIT, "digits", checkpoints=under_way).variants) == 4


def test_weights_that_do_not_go_with_ones_own_leave_those_in_use(tmp_path, caplog):
    class Changing:
        source = bundled()

    own, arrived = tmp_path / "own", tmp_path / "arrived"
    for folder in (own / "mine", arrived / "mine"):
        shutil.copytree(CATALOGUE["vae-digits"].folder, folder)
    store = inference.Store(Changing(), own)
    before = store.current
    Changing.source = WeightsSource(arrived, "owner/weights", "main", "0" * 40)
    assert store.current is before
    assert store.current is before
    assert store.source.notice.startswith(
        "The weights of owner/weights cannot be used beside VAE_DEMO_CHECKPOINTS: mine"
    )
    assert store.source.notice.endswith("showing the bundled weights.")
    assert len(caplog.records) == 1


def test_a_model_smaller_than_its_datasets_pictures_is_measured_on_what_it_was_given(tmp_path):
    shutil.copytree(CATALOGUE["vq-vae-cartoons"].folder, tmp_path / "small")
    config = tmp_path / "small" / "config.json"
    described = json.loads(config.read_text(encoding="utf-8")) | {"image_shape": [3, 32, 32]}
    config.write_text(json.dumps(described), encoding="utf-8")
    checkpoints = inference.load_checkpoints(tmp_path)
    picture = EXAMPLES / "cartoons" / "face-1.png"
    encoded = encode_codes(picture, "small", checkpoints)
    assert (encoded.model_input.size, encoded.picture.size, len(encoded.codes)) == ((32, 32), (32, 32), 8)
    compared = inference.compare_codecs(picture, "small", checkpoints=checkpoints)
    assert compared.codes.psnr == pytest.approx(encoded.psnr, abs=0.05)


def test_saved_codes_open_to_the_same_picture_and_anything_else_gets_a_sentence():
    encoded = encode_codes(EXAMPLES / "cartoons" / "face-1.png", "vq-vae-cartoons")
    opened = open_codes(encoded.file)
    assert opened.codes == encoded.codes
    assert opened.picture.tobytes() == encoded.picture.tobytes()
    saved = json.loads(encoded.file)
    for change, said in (
        ({"format": "other"}, "format"),
        ({"checkpoint": "nothing"}, "no such checkpoint"),
        ({"checkpoint": ["vq-vae-cartoons"]}, "no such checkpoint"),
        ({"checkpoint": "vq-vae-digits"}, "other weights"),
        ({"weights_sha256": None}, "other weights"),
        ({"codes": [[512]]}, "0 to 511"),
        ({"codes": None}, "rows"),
    ):
        with pytest.raises(InputError, match=said):
            open_codes(json.dumps(saved | change))
    for text in ("", "not JSON", "[]", "null", "[" * 100_000, " " * 1_000_001, None):
        with pytest.raises(InputError):
            open_codes(text)


def test_the_prior_needs_fewer_bits_for_a_face_than_for_noise():
    face = encode_codes(EXAMPLES / "cartoons" / "face-1.png", "vq-vae-cartoons")
    assert face.bits == 256 * 9
    assert face.bits_prior < face.bits_unigram < face.bits
    noise = sample("vq-vae-cartoons", "uniform-codes", 1).codes[0]
    assert decode_codes(noise, "vq-vae-cartoons").bits_prior > face.bits
    # The prior knows maps of one size, and photographs have none.
    assert decode_codes([[0, 1]], "vq-vae-cartoons").bits_prior is None


@pytest.mark.parametrize("codec", ["JPEG", "WebP", "AVIF"])
def test_a_codec_takes_at_most_the_bytes_that_are_allowed_or_is_the_smallest(codec):
    picture = Image.open(PHOTOGRAPH).convert("RGB").resize((256, 256))
    sizes = []
    for allowed in (4_000, 12_000, 10**9):
        coded, size, quality = coded_within(picture, codec, allowed)
        assert coded.size == picture.size
        assert size <= allowed
        sizes.append((size, quality))
    assert sizes == sorted(sizes)
    assert sizes[-1][1] == 95
    smallest = coded_within(picture, codec, 10)
    assert smallest[1] > 10
    assert smallest[2] == codecs.LOWEST[codec]


def test_a_walk_goes_from_one_sample_to_the_other_and_keeps_to_the_priors_lengths():
    samples = sample("vae-digits", count=2, seed=5)
    found = walk("vae-digits", samples.latents[0], samples.latents[1], 5)
    assert (found.way, len(found.pictures)) == ("spherical", 5)
    assert found.pictures[0].tobytes() == samples.pictures[0].tobytes()
    assert found.pictures[-1].tobytes() == samples.pictures[1].tobytes()
    start, end = (torch.tensor(latent) for latent in samples.latents)
    lengths = slerp(start, end, torch.linspace(0, 1, 5)).norm(dim=1)
    torch.testing.assert_close(lengths, torch.linspace(float(start.norm()), float(end.norm()), 5))
    torch.testing.assert_close(slerp(start, 2 * start, torch.tensor([0.5])), 1.5 * start.unsqueeze(0))
    right = slerp(torch.tensor([1.0, 0.0]), torch.tensor([0.0, 1.0]), torch.tensor([0.5]))
    torch.testing.assert_close(right, torch.full((1, 2), 0.5**0.5))


@pytest.mark.parametrize("ends", [([0.0, 0.0], [3.0, 4.0]), ([3.0, 4.0], [0.0, 0.0]), ([0.0, 0.0], [0.0, 0.0])])
def test_a_walk_from_or_to_the_middle_of_the_prior_goes_straight(ends):
    start, end = (torch.tensor(latent) for latent in ends)
    assert slerp(start, end, torch.tensor([0.0, 0.5, 1.0])).tolist() == [
        start.tolist(), ((start + end) / 2).tolist(), end.tolist(),
    ]  # fmt: skip
    middle = walk("vae-digits", [0.0] * 20, [1.0] * 20, 3).pictures[1]
    assert middle.tobytes() == walk("vae-digits", [0.5] * 20, [1.0] * 20, 2).pictures[0].tobytes()


def test_a_walk_over_codes_goes_straight_between_their_vectors():
    samples = sample("vq-vae-digits", "code-prior", count=2, seed=5)
    found = walk("vq-vae-digits", samples.codes[0], samples.codes[1], 3)
    assert found.way == "linear"
    assert found.pictures[0].tobytes() == samples.pictures[0].tobytes()
    assert found.pictures[-1].tobytes() == samples.pictures[1].tobytes()


@pytest.mark.parametrize(
    ("checkpoint", "start", "end", "steps", "said"),
    [
        ("vae-digits", [0.0] * 19, [0.0] * 20, 5, "must be 20 numbers"),
        ("vae-digits", [0.0] * 20, None, 5, "must be 20 numbers"),
        ("vae-digits", [math.nan] * 20, [0.0] * 20, 5, "number"),
        ("vae-digits", [1e9] * 20, [0.0] * 20, 5, "number"),
        ("vae-digits", [0.0] * 20, [0.0] * 20, 1, "steps"),
        ("vae-digits", [0.0] * 20, [0.0] * 20, 33, "steps"),
        ("vq-vae-digits", [[0, 0]], [[0]], 5, "one size"),
        ("vq-vae-digits", [[512]], [[0]], 5, "0 to 511"),
        ("vq-vae-photos", [[0] * 65], [[0] * 65], 5, "1 to 64"),
        ("code-prior-digits", [[0]], [[0]], 5, "no such checkpoint"),
    ],
)
def test_a_walk_that_cannot_be_gone_gets_a_sentence(checkpoint, start, end, steps, said):
    with pytest.raises(InputError, match=said):
        walk(checkpoint, start, end, steps)
