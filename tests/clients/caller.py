"""A caller that shares no code with ours: pymediasoup, as anybody may use it, on the signaling protocol as it is
documented in media/protocol/README.md.

Logs in as a buyer, rings a seller who is available, joins the call, presses connect, sends sound and picture for some
seconds, reads the other's, ends the call, and prints what came of it as one line of JSON.

    python3 caller.py 127.0.0.1:8080 lumen.localhost:8080 EMAIL PASSWORD
"""

import asyncio
import json
import sys
import urllib.error
import urllib.request

import aioice.ice
from aiortc import AudioStreamTrack, VideoStreamTrack
from pymediasoup import AiortcHandler, Device
from pymediasoup.rtp_parameters import RtpCapabilities
from websockets.asyncio.client import connect

SECONDS = 6
PATIENCE = 40

# aiortc leaves the loopback out of what it offers; where tests run there may be nothing else.
aioice.ice.get_host_addresses = lambda use_ipv4, use_ipv6: ["127.0.0.1"]


class Api:
    """One person's way into the JSON API. Names are never looked up: the host only goes into the requests."""

    def __init__(self, address, host):
        self.address, self.host, self.token = address, host, None

    def ask(self, method, path, body=None):
        headers = {"host": self.host, "content-type": "application/json"}
        if self.token:
            headers["authorization"] = f"Bearer {self.token}"
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"http://{self.address}{path}", data, headers, method=method)
        with urllib.request.urlopen(request, timeout=15) as answer:
            text = answer.read()
        return json.loads(text) if text else None


class Socket:
    """Numbered requests, and news in the order in which they come."""

    def __init__(self, ws):
        self.ws, self.next, self.waiting, self.news = ws, 1, {}, asyncio.Queue()

    async def listen(self):
        async for text in self.ws:
            message = json.loads(text)
            if message["type"] == "reply":
                self.waiting.pop(message["id"]).set_result(message)
            else:
                await self.news.put(message)

    async def ask(self, request, **what):
        number, self.next = self.next, self.next + 1
        answer = self.waiting[number] = asyncio.get_running_loop().create_future()
        await self.ws.send(json.dumps({"id": number, "type": request, **what}))
        reply = await asyncio.wait_for(answer, PATIENCE)
        if "error" in reply:
            raise RuntimeError(f"{request}: {reply['error']}")
        return reply.get("ok")

    async def until(self, wanted):
        while True:
            message = await asyncio.wait_for(self.news.get(), PATIENCE)
            if wanted(message):
                return message


class Call:
    """One join of a call, with its two transports."""

    def __init__(self, socket, joined):
        self.socket, self.joined, self.epoch = socket, joined, joined["epoch"]
        self.frames = {"audio": 0, "video": 0}
        self.pictures = set()
        self.readers = []

    async def open(self):
        tracks = [AudioStreamTrack(), VideoStreamTrack()]
        self.device = Device(handlerFactory=AiortcHandler.createFactory(tracks=tracks))
        await self.device.load(RtpCapabilities(**self.joined["caps"]))
        self.send = self.device.createSendTransport(**transport(self.joined["send"]))
        self.recv = self.device.createRecvTransport(**transport(self.joined["recv"]))
        self.send.on("connect", self.connector(self.send))
        self.recv.on("connect", self.connector(self.recv))

        @self.send.on("produce")
        async def on_produce(kind, rtpParameters, appData):
            made = await self.ask("produce", transport=self.send.id, kind=kind, rtp=plain(rtpParameters))
            return made["producer"]

        for track in tracks:
            await self.send.produce(track=track, stopTracks=False, appData={})
        for producer in self.joined["producers"]:
            await self.read(producer["producer"])

    def connector(self, transport):
        async def on_connect(dtlsParameters):
            await self.ask("connect_transport", transport=transport.id, dtls=plain(dtlsParameters))

        return on_connect

    async def ask(self, request, **what):
        return await self.socket.ask(request, epoch=self.epoch, **what)

    async def read(self, producer):
        answer = await self.ask("consume", producers=[producer], caps=plain(self.device.rtpCapabilities))
        for made in answer["consumers"]:
            consumer = await self.recv.consume(
                id=made["id"], producerId=made["producerId"], kind=made["kind"], rtpParameters=made["rtpParameters"]
            )
            self.readers.append(asyncio.create_task(self.count(made["kind"], consumer.track)))

    async def flows(self):
        """Until the other is seen and heard."""
        while not all(self.frames.values()):
            try:
                news = await asyncio.wait_for(self.socket.news.get(), 0.2)
            except TimeoutError:
                continue
            if news["type"] == "producer":
                await self.read(news["producer"]["producer"])

    async def count(self, kind, track):
        while True:
            frame = await track.recv()
            self.frames[kind] += 1
            if kind == "video":
                self.pictures.add(hash(bytes(frame.reformat(width=32, height=18, format="gray").planes[0])))

    async def close(self):
        for reader in self.readers:
            reader.cancel()
        await self.send.close()
        await self.recv.close()


def transport(told):
    """What the library makes a transport of: candidates have their address under its older name there."""
    candidates = [{**each, "ip": each["address"]} for each in told["iceCandidates"]]
    return {**told, "iceCandidates": candidates, "sctpParameters": None}


def plain(model):
    return json.loads(model.model_dump_json(exclude_none=True))


async def main(address, host, email, password):
    api = Api(address, host)
    api.token = api.ask("POST", "/api/v1/session", {"email": email, "password": password})["access_token"]
    # The name goes into the request, the connection to the address.
    ip, port = address.split(":")
    headers = {"authorization": f"Bearer {api.token}"}
    async with connect(f"ws://{host}/ws", additional_headers=headers, host=ip, port=int(port), proxy=None) as ws:
        socket = Socket(ws)
        listening = asyncio.create_task(socket.listen())
        call = ring(api)
        await socket.until(lambda news: news["type"] == "ring_ended" and news["outcome"] == "accepted")
        talk = Call(socket, await socket.ask("join", call=call))
        await talk.open()
        await asyncio.wait_for(talk.flows(), PATIENCE)
        await talk.ask("connect")
        await socket.until(lambda news: news["type"] == "call" and news["call"]["phase"] == "live")
        await asyncio.sleep(SECONDS)
        await talk.ask("end")
        ended = await socket.until(lambda news: news["type"] == "call" and news["call"]["phase"] == "ended")
        await talk.close()
        listening.cancel()
    bill = api.ask("GET", f"/api/v1/calls/{call}/bill")
    told = {
        "frames": talk.frames,
        "distinct_pictures": len(talk.pictures),
        "ended": ended["call"]["ended"],
        "billable_ms": bill["billable_ms"],
        "charged_minor": bill["charged_minor"],
    }
    print(json.dumps(told))


def ring(api):
    for seller in api.ask("GET", "/api/v1/sellers")["items"]:
        for service in api.ask("GET", f"/api/v1/sellers/{seller['id']}")["services"]:
            try:
                return api.ask("POST", "/api/v1/calls", {"service_id": service["id"]})["id"]
            except urllib.error.HTTPError:
                continue
    raise RuntimeError("nobody is available")


asyncio.run(main(*sys.argv[1:5]))
