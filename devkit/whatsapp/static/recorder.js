// How is a voice note recorded? MediaRecorder in whatever format this browser offers; the server makes OGG/Opus of it.

const FORMATS = ["audio/ogg;codecs=opus", "audio/webm;codecs=opus", "audio/mp4", "audio/webm"];
const LONGEST_MS = 5 * 60 * 1000;

export class Recorder {
  /** `onTick(seconds)` while recording. */
  constructor(onTick) {
    this.onTick = onTick;
  }

  /** Ask for the microphone and start. Throws with a sentence for the user. */
  async start() {
    if (!navigator.mediaDevices || !window.MediaRecorder) {
      throw new Error("This browser cannot record here. Use the paper clip to send an audio file.");
    }
    try {
      this.stream = await navigator.mediaDevices.getUserMedia({ audio: { channelCount: 1 } });
    } catch {
      throw new Error("No microphone, or no permission to use it. Use the paper clip to send an audio file.");
    }
    const mimeType = FORMATS.find((format) => MediaRecorder.isTypeSupported(format));
    this.recorder = new MediaRecorder(this.stream, mimeType ? { mimeType } : {});
    this.chunks = [];
    this.recorder.ondataavailable = (event) => this.chunks.push(event.data);
    this.began = Date.now();
    this.recorder.start();
    this.timer = setInterval(() => this.tick(), 200);
    this.tick();
  }

  tick() {
    const passed = Date.now() - this.began;
    this.onTick(Math.floor(passed / 1000));
    if (passed > LONGEST_MS && this.recorder.state === "recording") this.recorder.pause();
  }

  /** Stop; the recording as a Blob. */
  stop() {
    clearInterval(this.timer);
    return new Promise((resolve) => {
      this.recorder.onstop = () => {
        this.stream.getTracks().forEach((track) => track.stop());
        resolve(new Blob(this.chunks, { type: this.recorder.mimeType }));
      };
      this.recorder.stop();
    });
  }
}
