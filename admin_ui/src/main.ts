/** Both consoles start here: words first, then whoever is signed in. */
import { mount } from "svelte";
import App from "./App.svelte";
import "./app.css";
import { startRouter } from "./lib/router.svelte";
import { start } from "./lib/session.svelte";
import { loadWords } from "./words";

const target = document.getElementById("console");
if (!target) throw new Error("index.html has no #console");
await loadWords();
startRouter();
void start();
mount(App, { target });
