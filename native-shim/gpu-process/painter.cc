// SPDX-License-Identifier: GPL-2.0-or-later
#include "painter.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace scanout::gpu {
namespace {

constexpr uint32_t glVertexShader = 0x8B31;
constexpr uint32_t glFragmentShader = 0x8B30;
constexpr uint32_t glCompileStatus = 0x8B81;
constexpr uint32_t glLinkStatus = 0x8B82;
constexpr uint32_t glFloat = 0x1406;
constexpr uint32_t glTriangles = 0x0004;
constexpr uint32_t glColorAttachment = 0x8CE0;
constexpr uint32_t glFramebufferComplete = 0x8CD5;
constexpr uint32_t glBlend = 0x0BE2;
constexpr uint32_t glDither = 0x0BD0;
constexpr uint32_t glPackAlignment = 0x0D05;

/** One triangle that covers everything. */
constexpr float corners[] = {-1, -1, 3, -1, -1, 3};

constexpr const char* vertexText =
    "attribute vec2 corner; void main() { gl_Position = vec4(corner, 0.0, 1.0); }";

/** Pixel centres are sampled at pixel centres: nothing is filtered. */
std::string fragmentText(uint32_t target, Order order) {
  const bool isExternal = target == glTextureExternal;
  return std::string(isExternal ? "#extension GL_OES_EGL_image_external : require\n" : "") +
         "precision highp float; uniform " + (isExternal ? "samplerExternalOES" : "sampler2D") +
         " image; uniform vec2 scale; void main() { gl_FragColor = texture2D(image, "
         "gl_FragCoord.xy * scale)." +
         (order == Order::bgra ? "bgra" : "rgba") + "; }";
}

uint32_t compile(uint32_t kind, const char* text) {
  const auto& gl = gles();
  const uint32_t shader = gl.CreateShader(kind);
  gl.ShaderSource(shader, 1, &text, nullptr);
  gl.CompileShader(shader);
  int32_t isDone = 0;
  gl.GetShaderiv(shader, glCompileStatus, &isDone);
  if (isDone) return shader;
  char words[256] = "";
  gl.GetShaderInfoLog(shader, sizeof words, nullptr, words);
  gl.DeleteShader(shader);
  throw Trouble{Status::failed, std::string("its compiler refused a shader: ") + words};
}

/** Memory that is mapped and long enough. */
class Target {
 public:
  Target(int fd, size_t size) : size_(size) {
    const off_t end = lseek(fd, 0, SEEK_END);
    if (end < 0 || static_cast<uint64_t>(end) < size)
      throw Trouble{Status::failed, "the memory to read into is too short"};
    address_ = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (address_ == MAP_FAILED) {
      throw Trouble{Status::failed, std::string("the memory to read into cannot be mapped (") +
                                        strerrorname_np(errno) + ")"};
    }
  }
  ~Target() { munmap(address_, size_); }
  Target(const Target&) = delete;
  Target& operator=(const Target&) = delete;
  void* address() const { return address_; }

 private:
  void* address_;
  size_t size_;
};

void attach(uint32_t framebuffer, uint32_t texture) {
  const auto& gl = gles();
  gl.BindFramebuffer(glFramebuffer, framebuffer);
  gl.FramebufferTexture2D(glFramebuffer, glColorAttachment, glTexture2D, texture, 0);
}

void checkDrawn(const char* call) {
  if (auto trouble = glTrouble(call)) throw Trouble{Status::failed, *trouble};
}

}  // namespace

void Painter::probe(const ImportedImage& image) {
  paint(image, canvas(1, 1), 1, 1, Order::rgba);
  uint8_t pixel[4];
  gles().ReadPixels(0, 0, 1, 1, glRgba, glUnsignedByte, pixel);
  checkDrawn("glReadPixels");
}

void Painter::read(const ImportedImage& image, uint32_t width, uint32_t height, int target) {
  const Target memory(target, static_cast<size_t>(width) * 4 * height);
  paint(image, canvas(width, height), width, height, Order::bgra);
  gles().PixelStorei(glPackAlignment, 4);
  gles().ReadPixels(0, 0, static_cast<int32_t>(width), static_cast<int32_t>(height), glRgba,
                    glUnsignedByte, memory.address());
  checkDrawn("glReadPixels");
}

void Painter::draw(const ImportedImage& image, const ImportedImage& target, uint32_t width,
                   uint32_t height) {
  const auto& gl = gles();
  struct Framebuffer {
    uint32_t name = 0;
    Framebuffer() { gles().GenFramebuffers(1, &name); }
    ~Framebuffer() { gles().DeleteFramebuffers(1, &name); }
  } framebuffer;
  attach(framebuffer.name, target.texture());
  if (gl.CheckFramebufferStatus(glFramebuffer) != glFramebufferComplete) {
    throw Trouble{Status::unsupported, "it cannot draw into a linear dma-buf"};
  }
  paint(image, framebuffer.name, width, height, Order::rgba);
  gl.Finish();
  checkDrawn("glFinish");
}

Painter::Program& Painter::program(uint32_t target, Order order) {
  auto& program = programs_[(target == glTextureExternal ? 2 : 0) + (order == Order::bgra ? 1 : 0)];
  if (program.name != 0) return program;
  const auto& gl = gles();
  const std::string text = fragmentText(target, order);
  const uint32_t vertex = compile(glVertexShader, vertexText);
  const uint32_t fragment = compile(glFragmentShader, text.c_str());
  const uint32_t name = gl.CreateProgram();
  gl.AttachShader(name, vertex);
  gl.AttachShader(name, fragment);
  gl.BindAttribLocation(name, 0, "corner");
  gl.LinkProgram(name);
  gl.DeleteShader(vertex);
  gl.DeleteShader(fragment);
  int32_t isDone = 0;
  gl.GetProgramiv(name, glLinkStatus, &isDone);
  if (!isDone) {
    char words[256] = "";
    gl.GetProgramInfoLog(name, sizeof words, nullptr, words);
    throw Trouble{Status::failed, std::string("its compiler refused a program: ") + words};
  }
  gl.UseProgram(name);
  gl.Uniform1i(gl.GetUniformLocation(name, "image"), 0);
  program = {name, gl.GetUniformLocation(name, "scale")};
  return program;
}

void Painter::paint(const ImportedImage& image, uint32_t framebuffer, uint32_t width,
                    uint32_t height, Order order) {
  const auto& gl = gles();
  const auto& [name, scale] = program(image.target(), order);
  gl.BindFramebuffer(glFramebuffer, framebuffer);
  gl.Viewport(0, 0, static_cast<int32_t>(width), static_cast<int32_t>(height));
  gl.Disable(glBlend);
  gl.Disable(glDither);
  gl.UseProgram(name);
  gl.BindTexture(image.target(), image.texture());
  gl.Uniform2f(scale, 1.0F / static_cast<float>(width), 1.0F / static_cast<float>(height));
  gl.VertexAttribPointer(0, 2, glFloat, 0, 0, corners);
  gl.EnableVertexAttribArray(0);
  gl.DrawArrays(glTriangles, 0, 3);
  checkDrawn("glDrawArrays");
}

uint32_t Painter::canvas(uint32_t width, uint32_t height) {
  if (canvas_ != 0 && canvasWidth_ == width && canvasHeight_ == height) return canvas_;
  const auto& gl = gles();
  if (canvas_ != 0) {
    gl.DeleteFramebuffers(1, &canvas_);
    gl.DeleteTextures(1, &canvasTexture_);
    canvas_ = 0;
  }
  gl.GenTextures(1, &canvasTexture_);
  gl.BindTexture(glTexture2D, canvasTexture_);
  gl.TexImage2D(glTexture2D, 0, static_cast<int32_t>(glRgba), static_cast<int32_t>(width),
                static_cast<int32_t>(height), 0, glRgba, glUnsignedByte, nullptr);
  gl.GenFramebuffers(1, &canvas_);
  attach(canvas_, canvasTexture_);
  canvasWidth_ = width;
  canvasHeight_ = height;
  if (gl.CheckFramebufferStatus(glFramebuffer) != glFramebufferComplete) {
    canvasWidth_ = 0;
    throw Trouble{Status::failed, "it has no memory for a picture of that size"};
  }
  checkDrawn("glTexImage2D");
  return canvas_;
}

}  // namespace scanout::gpu
