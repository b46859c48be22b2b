// The worker: fetches decoders, each once, and decodes what the page asks for.

import { Decoder } from './decoder.js';
import { compiledProduct } from './heap.js';

const decoders = new Map(); // by address, promises
const product = compiledProduct();

/** There is no way to the server just now. */
class Unreachable extends Error {}

async function load(address) {
  const file = await fetched(address).catch((error) => {
    throw error instanceof TypeError ? new Unreachable(error) : error; // as fetch and streams call a lost connection
  });
  return new Decoder(file, await product);
}

async function fetched(address) {
  const response = await fetch(address);
  if ([502, 503, 504].includes(response.status)) throw new Unreachable(`${address} answered ${response.status}`);
  if (!response.ok) throw new Error(`${address} answered ${response.status}`);
  const total = Number(response.headers.get('Content-Length'));
  const parts = [];
  let received = 0;
  for (const reader = response.body.getReader(); ;) {
    const { done, value } = await reader.read();
    if (done) break;
    parts.push(value);
    received += value.length;
    postMessage({ address, received, total });
  }
  return new Blob(parts).arrayBuffer();
}

function decoderAt(address) {
  if (!decoders.has(address)) {
    const loading = load(address);
    loading.catch(() => decoders.delete(address)); // so that it can be tried again
    decoders.set(address, loading);
  }
  return decoders.get(address);
}

addEventListener('message', async ({ data: { job, address, latent, codes } }) => {
  try {
    const decoder = await decoderAt(address);
    if (!latent && !codes) return postMessage({ job });
    const picture = latent ? decoder.decodeLatent(latent) : decoder.decodeCodes(codes);
    postMessage({ job, picture }, [picture.pixels.buffer]);
  } catch (error) {
    postMessage({ job, error: String(error), unreachable: error instanceof Unreachable });
  }
});
