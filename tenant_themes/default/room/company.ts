/** The others in the room: who they are, what is written along of what they say, and what third persons pay or earn. */
import { Captions } from "./captions";
import { Guests } from "./guests";
import type { Legs } from "./legs";
import type { RemoteMedia } from "./media/remote";
import type { Joined } from "./protocol";
import type { Room } from "./room";
import { chime } from "./sounds";
import { stir } from "./stir";

export class Company {
  readonly guests: Guests;
  readonly captions: Captions;
  /** Comes after the first picture. */
  readonly legs: Promise<Legs>;
  #legs: Legs | undefined;

  constructor(
    private readonly room: Room,
    remote: RemoteMedia,
  ) {
    const { config, words, link, socket } = room;
    this.guests = new Guests(config.call_id, words, {
      role: config.role,
      say: (key, vars) => room.say(key, vars),
      tell: (what) => room.tell(what),
      speak: (language) => link.ask({ type: "speak", language }),
      loudness: (peer, volume) => remote.loudness(peer, volume),
      main: (peer) => remote.seat(peer),
      left: (left) => remote.tiles.leave(left),
      named: (peer, name) => remote.tiles.name(peer, name),
      comesTo: (person) => ({ about: this.#legs?.about(person) ?? "", amount: this.#legs?.amount(person) ?? "" }),
      changed: () => room.update({ channels: { listen: this.guests.channels.length > 0, speak: (this.guests.own?.languages ?? []).length > 0 } }),
    });
    this.captions = new Captions({
      say: (key, vars) => room.say(key, vars),
      send: (text) => link.ask({ type: "caption", text }),
      name: (person) => this.guests.name(person),
      follows: (language) => this.guests.follows(language),
      changed: () => room.update({}),
    });
    this.legs = import("./legs").then(({ Legs }) => {
      this.#legs = new Legs(config.call_id, config.may_bring_in, {
        role: config.role,
        locale: words.locale,
        now: () => socket.clock.now(),
        say: (key, vars) => room.say(key, vars),
        tell: (what) => room.tell(what),
        addCredit: () => room.addCredit(),
        changed: () => this.guests.redraw(),
      });
      return this.#legs;
    });
  }

  /** Takes what the page came with, and from then on what the server says. */
  start(): void {
    const { config, link, socket } = this.room;
    this.#withLegs((legs) => legs.entered(config.legs, config.proposed ?? null));
    socket.on("people", ({ people }) => {
      // Until one is in oneself, they are those who are there already.
      const heard = link.state === "in" && stir(this.guests.people, people, this.guests.me, config.role);
      if (heard) chime(heard);
      this.guests.take(people);
    });
    socket.on("leg", ({ leg }) => this.#withLegs((legs) => legs.take(leg)));
    socket.on("leg_warning", ({ leg, minutes_left }) => this.#withLegs((legs) => legs.warn(leg, minutes_left)));
    socket.on("leg_proposed", ({ proposed }) => this.#withLegs((legs) => legs.proposed(proposed)));
    socket.on("leg_declined", ({ name }) => this.#withLegs((legs) => legs.declined(name)));
    socket.on("caption", (caption) => this.captions.take(caption));
  }

  joined(joined: Joined): void {
    this.guests.me = joined.peer;
    this.#withLegs((legs) => legs.entered(joined.legs ?? [], joined.proposed ?? null));
    this.guests.take(joined.people);
  }

  tick(): void {
    this.#legs?.tick();
  }

  end(): void {
    this.guests.end();
    this.captions.end();
    this.#withLegs((legs) => legs.end());
  }

  /** In the order that it was told in. */
  #withLegs(run: (legs: Legs) => void): void {
    void this.legs.then(run);
  }
}
