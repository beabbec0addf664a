/** A window sliding over NHWC images, as the convolutions and pools take it. 20 int32, written by JavaScript. */
@unmanaged
export class Window {
  batch: i32
  inHeight: i32
  inWidth: i32
  inChannels: i32
  outHeight: i32
  outWidth: i32
  outChannels: i32
  height: i32
  width: i32
  strideY: i32
  strideX: i32
  padTop: i32
  padLeft: i32
  dilationY: i32
  dilationX: i32
  // Of volumes (NDHWC) alone; 1, 1, 1, 1 and 0 for images.
  inDepth: i32
  outDepth: i32
  depth: i32
  strideZ: i32
  padFront: i32
}
