/** Entry of the call room's page. */
import "./room.css";
import "./presence";
import { bindActions } from "./actions";
import type { RoomPage } from "./config";
import { dataBlock, find } from "./dom";
import { Room } from "./room";
import { pageSocket } from "./socket";
import { Words } from "./words";

const page = dataBlock<RoomPage>("room-config");
if (page) {
  const room = new Room(find("#room"), page.room, new Words(page.locale, page.words), pageSocket());
  bindActions(room);
  room.start();
}
