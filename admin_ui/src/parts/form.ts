/** What a form and its fields know of each other. */
import { createContext } from "svelte";
import type { Problem } from "../lib/api";

export interface FormState {
  /** What the server said about the last attempt. */
  readonly problem: Problem | null;
  /** A field says that it shows problems with `name`; others stand above the buttons. */
  claim(name: string): () => void;
}

export const [formState, provideForm] = createContext<FormState>();
