// SHA-256 (FIPS 180-4) of bytes that come piece by piece: the browser's own digest wants a whole file in memory, and
// is there on https alone.
const Sha256 = (() => {
  const primes = [];
  for (let n = 2; primes.length < 64; n += 1) {
    if (primes.every((prime) => n % prime)) primes.push(n);
  }
  const fraction = (root) => ((root - Math.floor(root)) * 2 ** 32) | 0;
  const CONSTANTS = Int32Array.from(primes, (prime) => fraction(Math.cbrt(prime)));
  const BEGINNING = Int32Array.from(primes.slice(0, 8), (prime) => fraction(Math.sqrt(prime)));
  const BLOCK_BYTES = 64;

  return class {
    #state = BEGINNING.slice();
    #words = new Int32Array(64);
    #rest = new Uint8Array(BLOCK_BYTES);
    #restBytes = 0;
    #bytes = 0;

    update(piece) {
      this.#bytes += piece.length;
      let at = 0;
      if (this.#restBytes) {
        at = Math.min(BLOCK_BYTES - this.#restBytes, piece.length);
        this.#rest.set(piece.subarray(0, at), this.#restBytes);
        this.#restBytes += at;
        if (this.#restBytes < BLOCK_BYTES) return;
        this.#mix(this.#rest, 0);
        this.#restBytes = 0;
      }
      for (; at + BLOCK_BYTES <= piece.length; at += BLOCK_BYTES) this.#mix(piece, at);
      this.#rest.set(piece.subarray(at));
      this.#restBytes = piece.length - at;
    }

    // The digest of all that came, in hexadecimal digits. Nothing can be added afterwards.
    digits() {
      const bits = this.#bytes * 8;
      const padding = new Uint8Array((this.#restBytes < 56 ? 64 : 128) - this.#restBytes);
      padding[0] = 0x80;
      const view = new DataView(padding.buffer);
      view.setUint32(padding.length - 8, Math.floor(bits / 2 ** 32));
      view.setUint32(padding.length - 4, bits >>> 0);
      this.update(padding);
      return Array.from(this.#state, (word) => (word >>> 0).toString(16).padStart(8, "0")).join("");
    }

    #mix(bytes, at) {
      const w = this.#words;
      for (let i = 0, p = at; i < 16; i += 1, p += 4) {
        w[i] = (bytes[p] << 24) | (bytes[p + 1] << 16) | (bytes[p + 2] << 8) | bytes[p + 3];
      }
      for (let i = 16; i < 64; i += 1) {
        const x = w[i - 15];
        const y = w[i - 2];
        const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
        const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
        w[i] = (w[i - 16] + s0 + w[i - 7] + s1) | 0;
      }
      const state = this.#state;
      let a = state[0], b = state[1], c = state[2], d = state[3], e = state[4], f = state[5], g = state[6], h = state[7];
      for (let i = 0; i < 64; i += 1) {
        const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
        const t1 = (h + s1 + ((e & f) ^ (~e & g)) + CONSTANTS[i] + w[i]) | 0;
        const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
        const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
        h = g;
        g = f;
        f = e;
        e = (d + t1) | 0;
        d = c;
        c = b;
        b = a;
        a = (t1 + t2) | 0;
      }
      state[0] += a;
      state[1] += b;
      state[2] += c;
      state[3] += d;
      state[4] += e;
      state[5] += f;
      state[6] += g;
      state[7] += h;
    }
  };
})();
