/**
 * Has this browser shown things while no page is open, if the person says so on the page of their notifications. What was
 * switched on once is told to the server again after each log-in, since it ends with the session.
 */
import { api } from "../room/api";
import { keep, recall } from "../room/storage";

/** Whether it was switched on here, and whether this tab has told the server since the log-in. */
const ON = "push.on";
const TOLD = "push.told";

type State = "unsupported" | "blocked" | "failed" | "off" | "on";

export function pushes(signedIn: boolean): void {
  if (!signedIn) return sessionStorage.removeItem(TOLD);
  const section = document.querySelector<HTMLElement>("[data-push-key]");
  if (!("serviceWorker" in navigator && "PushManager" in window && "Notification" in window)) return;
  if (section) return void offer(section);
  if (recall(ON) === "1" && !sessionStorage.getItem(TOLD)) void current().then((found) => found && tell(found));
}

async function offer(section: HTMLElement): Promise<void> {
  const show = (state: State) => {
    for (const text of section.querySelectorAll<HTMLElement>("[data-push]")) text.hidden = text.dataset["push"] !== state;
    for (const button of section.querySelectorAll<HTMLElement>("[data-push-turn]"))
      button.hidden = button.dataset["pushTurn"] === "on" ? !["off", "failed"].includes(state) : state !== "on";
  };
  const turn = (name: string, work: () => Promise<State>) =>
    section.querySelector(`[data-push-turn=${name}]`)?.addEventListener("click", () => {
      void work().catch((): State => "failed").then(show);
    });
  turn("on", () => turnOn(section.dataset["pushKey"] ?? ""));
  turn("off", turnOff);
  if (Notification.permission === "denied") return show("blocked");
  show(recall(ON) === "1" && (await current()) ? "on" : "off");
}

async function current(): Promise<PushSubscription | null> {
  const registration = await navigator.serviceWorker.getRegistration("/");
  return (await registration?.pushManager.getSubscription()) ?? null;
}

async function turnOn(key: string): Promise<State> {
  const permission = await Notification.requestPermission();
  if (permission !== "granted") return permission === "denied" ? "blocked" : "off";
  await navigator.serviceWorker.register("/push-worker.js", { scope: "/" });
  const { pushManager } = await navigator.serviceWorker.ready;
  // One made for another key of the server's can't be used.
  await (await pushManager.getSubscription())?.unsubscribe();
  await tell(await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key }));
  keep(ON, "1");
  return "on";
}

async function turnOff(): Promise<State> {
  const found = await current();
  keep(ON, "");
  if (found) {
    await api("DELETE", `/api/v1/me/push?endpoint=${encodeURIComponent(found.endpoint)}`);
    await found.unsubscribe();
  }
  return "off";
}

async function tell(found: PushSubscription): Promise<void> {
  await api("PUT", "/api/v1/me/push", found.toJSON());
  sessionStorage.setItem(TOLD, "1");
}
