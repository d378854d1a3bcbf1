/** How a tenant looks and what it says. */
export type Scheme = "light" | "dark" | "auto";
export type Radius = "square" | "soft" | "round";
export interface Look {
  brand: string;
  scheme: Scheme;
  radius: Radius;
  font: string;
  page_title: string;
}
export interface LookVerdict {
  tokens: { brand: string; on_brand: string; brand_text: string };
  contrast: { ratio_tenths: number; verdict: "good" | "adjusted" };
}
/** A look that was published: what was chosen, and files by the hash of what is in them. */
export interface PublishedLook extends Partial<Look> {
  logo?: string;
  favicon?: string;
  css?: string;
  templates?: Record<string, string>;
}
export interface Version {
  id: string;
  at: number;
  /** Nobody, if it is how things were before the first change. */
  by: string | null;
  /** None is the theme as it comes. */
  look: PublishedLook | null;
}
export const PICTURES = ["logo", "favicon"] as const;
export type PictureName = (typeof PICTURES)[number];
export interface Picture {
  url: string;
  own: boolean;
}
export interface Branding extends Look, LookVerdict {
  fonts: string[];
  pictures: Record<PictureName, Picture>;
  /** Own style sheet, by the hash of what is in it. */
  css: string | null;
  /** A template that failed since the last change; the theme's stands in for it. */
  fault: { at: number; template: string; why: string } | null;
  /** The newest, which is the present one, first. */
  versions: Version[];
}
export interface TemplateRow {
  name: string;
  own: boolean;
}
export interface TemplateText {
  name: string;
  /** The theme's. */
  original: string;
  own: string | null;
}
export interface Preview {
  html: string;
  css: string;
}

export interface WordList {
  languages: string[];
  items: { key: string; default: string; value: string | null }[];
}
