# SPDX-License-Identifier: GPL-2.0-or-later
{
  "variables": { "sanitize%": "false" },
  "targets": [
    {
      "target_name": "scanout_shim",
      "sources": [
        "src/addon.cc",
        "src/damage.cc",
        "src/descriptor.cc",
        "src/dmabuf.cc",
        "src/guard.cc",
        "src/linearise.cc",
        "src/memory.cc",
        "src/overlay.cc",
        "src/packed.cc",
        "src/pixel-format.cc",
        "src/poller.cc",
        "src/process.cc",
        "src/samples.cc",
        "src/scale.cc",
        "src/socket.cc",
        "src/tiles.cc",
        "src/unpack.cc",
        "src/vfio.cc"
      ],
      "include_dirs": ["<!@(node -p \"require('node-addon-api').include\")"],
      "defines": [
        "NAPI_VERSION=9",
        "NODE_API_NO_EXTERNAL_BUFFERS_ALLOWED",
        "NODE_ADDON_API_CPP_EXCEPTIONS_ALL",
        "NODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS",
        "_GNU_SOURCE"
      ],
      "cflags": ["-Wall", "-Wextra", "-Werror", "-fstack-protector-strong", "-fvisibility=hidden", "-O3"],
      "cflags_cc": ["-std=gnu++20", "-fexceptions"],
      "cflags_cc!": ["-std=gnu++17", "-fno-exceptions"],
      "ldflags": ["-Wl,-z,relro,-z,now"],
      "conditions": [
        ["sanitize=='true'", {
          "cflags": ["-fsanitize=address,undefined", "-fno-sanitize-recover=undefined", "-fno-omit-frame-pointer", "-g", "-O1"],
          "ldflags": ["-fsanitize=address,undefined"]
        }]
      ]
    },
    {
      "target_name": "scanout-gpu",
      "type": "executable",
      "sources": [
        "gpu-process/device.cc",
        "gpu-process/import.cc",
        "gpu-process/libraries.cc",
        "gpu-process/main.cc",
        "gpu-process/painter.cc",
        "gpu-process/wire.cc"
      ],
      "defines": ["_GNU_SOURCE"],
      "cflags": ["-Wall", "-Wextra", "-Werror", "-fstack-protector-strong", "-fvisibility=hidden", "-O2", "-fPIE"],
      "cflags_cc": ["-std=gnu++20", "-fexceptions"],
      "cflags_cc!": ["-std=gnu++17", "-fno-exceptions"],
      "ldflags": ["-Wl,-z,relro,-z,now", "-pie"],
      "libraries": ["-ldl"],
      "conditions": [
        ["sanitize=='true'", {
          "cflags": ["-fsanitize=address,undefined", "-fno-sanitize-recover=undefined", "-fno-omit-frame-pointer", "-g", "-O1"],
          "ldflags": ["-fsanitize=address,undefined"]
        }]
      ]
    }
  ]
}
