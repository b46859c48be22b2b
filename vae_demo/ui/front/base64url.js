// Bytes as text that may stand in an address, and back: base64url without padding (RFC 4648, section 5).

/** A Uint8Array as letters, digits, "-" and "_". */
export function toText(bytes) {
  const characters = Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
  return btoa(characters).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
}

/** The bytes that `toText` was given. Throws for other text. */
export const fromText = (text) =>
  Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (character) => character.charCodeAt(0));
