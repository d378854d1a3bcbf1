/** A picture with so much going on in it that it takes as much of the line as a face that moves. */

export function stillMoving(): { track: MediaStreamTrack; stop: () => void } {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [640, 360];
  const pen = canvas.getContext("2d");
  const draw = () => {
    for (let spot = 0; pen && spot < 60; spot++) {
      pen.fillStyle = `hsl(${Math.random() * 360} 60% 50%)`;
      pen.fillRect(Math.random() * 640, Math.random() * 360, 60, 40);
    }
  };
  draw();
  const timer = setInterval(draw, 66);
  const [track] = canvas.captureStream(15).getVideoTracks();
  if (!track) throw new Error("no picture from a canvas");
  const stop = () => {
    clearInterval(timer);
    track.stop();
  };
  return { track, stop };
}
