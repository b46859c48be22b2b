"""Thousands of damaged files: each a picture or a sentence, in bounded memory, and nothing worse."""

from tests import fuzz


def test_mutated_files_of_all_kinds_become_pictures_or_sentences():
    found = fuzz.run(3_000, seconds=120)
    assert not found.faults
    assert min(found.pictures, found.sentences) > 200
    assert found.peak_mb < 1_500


def test_a_file_is_made_again_by_its_number():
    assert fuzz.mutated(7) == fuzz.mutated(7)
    assert len({fuzz.mutated(number) for number in range(200)}) > 190
    assert {fuzz.mutated(number)[0] for number in range(400)} == set(fuzz.seeds())


def test_what_is_neither_a_picture_nor_a_sentence_is_a_fault(monkeypatch, tmp_path):
    def fail(path):
        raise ZeroDivisionError("by zero")

    monkeypatch.setattr(fuzz, "open_picture", fail)
    assert fuzz._opened(tmp_path) == "ZeroDivisionError: by zero"
