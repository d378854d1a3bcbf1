// A camera and a microphone of one's own, so that one can tell in a film who is who: Chromium's fake ones are all alike.

/**
 * From the next page on the person's camera shows a colour with something that moves across it, and the microphone gives a
 * steady tone of so many hertz.
 */
export function appearAs(page, colour, hertz) {
  return page.addInitScript(appear, { colour, hertz });
}

function appear({ colour, hertz }) {
  const devices = navigator.mediaDevices;
  if (!devices) return;
  const open = devices.getUserMedia.bind(devices);
  devices.getUserMedia = async (wanted) => {
    // The browser's own are asked for all the same: permissions are as they are.
    const own = await open(wanted);
    const given = wanted.video ? painted() : hummed();
    for (const track of own.getTracks()) track.stop();
    return given;
  };

  function painted() {
    const canvas = Object.assign(document.createElement("canvas"), { width: 640, height: 360 });
    const context = canvas.getContext("2d");
    const paint = () => {
      context.fillStyle = colour;
      context.fillRect(0, 0, canvas.width, canvas.height);
      context.fillStyle = "white";
      context.fillRect((performance.now() / 5) % canvas.width, 140, 60, 60);
    };
    paint();
    setInterval(paint, 66);
    return canvas.captureStream(15);
  }

  function hummed() {
    const audio = new AudioContext();
    const tone = new OscillatorNode(audio, { frequency: hertz });
    const to = audio.createMediaStreamDestination();
    tone.connect(new GainNode(audio, { gain: 0.3 })).connect(to);
    tone.start();
    // Where nobody has pressed anything yet, browsers let nothing sound.
    addEventListener("pointerdown", () => audio.resume());
    return to.stream;
  }
}
