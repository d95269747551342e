import type { Paint } from '../../core/output/paint.ts';

/** What an app assumes anyway; without it the code is smaller, and fits 24 lines. */
const defaults = /&(algorithm=SHA1|digits=6|period=30)(?=&|$)/g;

/** The QR code of an `otpauth:` URI, of half blocks, two modules high each, with a margin of one; empty where it is wider than `maxWidth`. */
export async function drawQrCode(uri: string, paint: Paint, maxWidth: number): Promise<string> {
  const { renderUnicodeCompact } = await import('uqr');
  const lines = renderUnicodeCompact(uri.replace(defaults, ''), { border: 1 }).split('\n');
  if ((lines[0]?.length ?? 0) > maxWidth) return '';
  return lines.map((line) => `${paint.qrCode(line)}\n`).join('');
}
