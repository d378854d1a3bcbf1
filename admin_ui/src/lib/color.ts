/** Contrast as WCAG 2.2 has it, for a preview while a form is being filled in; the server computes what counts. */

export function isColor(text: string): boolean {
  return /^#[0-9a-f]{6}$/i.test(text);
}

function luminance(color: string): number {
  const channel = (at: number) => {
    const c = Number.parseInt(color.slice(at, at + 2), 16) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5);
}

/** 1 to 21. */
export function contrast(a: string, b: string): number {
  const [x, y] = [luminance(a), luminance(b)];
  return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
}

/** Text that reads on `ground`. */
export function textOn(ground: string): string {
  return contrast(ground, "#ffffff") >= 4.5 ? "#ffffff" : "#16161a";
}
