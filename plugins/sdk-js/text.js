/**
 * UTF-8 and the order of texts. The component's engine has no `TextEncoder`, and compares texts by
 * UTF-16 units, where the other languages compare them by code points.
 */

/** @param {string} text @returns {Uint8Array} */
export function encode(text) {
  // `encodeURIComponent` writes the UTF-8 of what is not ASCII, `unescape` makes bytes of it.
  const bytes = unescape(encodeURIComponent(text.toWellFormed()));
  return Uint8Array.from({ length: bytes.length }, (_, index) => bytes.charCodeAt(index));
}

/** @param {Uint8Array} bytes @returns {string} */
export function decode(bytes) {
  let text = "";
  let isAscii = true;
  for (const byte of bytes) {
    text += String.fromCharCode(byte);
    if (byte >= 0x80) isAscii = false;
  }
  return isAscii ? text : decodeURIComponent(escape(text));
}

/** Texts by code points, all else by value. For `Array.sort`. */
export function compareKeys(one, other) {
  if (typeof one !== "string") return one < other ? -1 : Number(one > other);
  const length = Math.min(one.length, other.length);
  for (let index = 0; index < length; index++) {
    const [a, b] = [one.charCodeAt(index), other.charCodeAt(index)];
    if (a !== b) return rank(a) - rank(b);
  }
  return one.length - other.length;
}

/** Surrogates are halves of code points above all others. @param {number} unit */
const rank = (unit) => (unit >= 0xd800 && unit < 0xe000 ? unit + 0x10000 : unit);
