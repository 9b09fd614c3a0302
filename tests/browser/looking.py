"""What tests ask a page of a replay."""

SHADES = """(() => {
  replay.scene.draw();
  const gl = replay.scene.renderer.getContext();
  const [width, height] = [gl.drawingBufferWidth, gl.drawingBufferHeight];
  const bytes = new Uint8Array(4 * width * height);
  gl.readPixels(0, 0, width, height, gl.RGBA, gl.UNSIGNED_BYTE, bytes);
  const found = new Set();
  for (let at = 0; at < bytes.length; at += 4) found.add(bytes[at] << 16 | bytes[at + 1] << 8 | bytes[at + 2]);
  return found.size;
})()"""
"""How many colours the scene has as it is drawn now."""
