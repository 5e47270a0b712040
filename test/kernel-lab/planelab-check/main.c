// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Checks planelab itself against its contract, with bare system calls: what the driver promises must
 * hold before any test may lean on it. Prints "ok NAME" or "not ok NAME: what was seen" a line.
 */
#include "device.h"

#define MANY 2000

static void check_information(void)
{
	struct vfio_device_info info = { .argsz = sizeof(info) };
	struct vfio_region_info region = { .argsz = sizeof(region), .index = 9 };
	struct { struct vfio_region_info info; struct vfio_region_info_cap_type type; } whole = {
		.info = { .argsz = sizeof(whole), .index = 9 } };
	int extra, status = ioctl(device, VFIO_DEVICE_GET_INFO, &info);

	check(!status && info.flags == (VFIO_DEVICE_FLAGS_PCI | VFIO_DEVICE_FLAGS_RESET) &&
	      info.num_regions == 10 && info.num_irqs == 5, "device info is a PCI device's",
	      "flags %u regions %u", info.flags, info.num_regions);
	status = ioctl(device, VFIO_DEVICE_GET_REGION_INFO, &region);
	check(!status && region.argsz == sizeof(whole) && !region.cap_offset,
	      "a short argsz is told how much the capabilities want", "argsz %u", region.argsz);
	status = ioctl(device, VFIO_DEVICE_GET_REGION_INFO, &whole);
	check(!status && whole.info.cap_offset == sizeof(region) && whole.type.header.id == 2 &&
	      whole.type.type == VFIO_REGION_TYPE_GFX && whole.type.subtype == 1,
	      "the EDID region has its type capability", "offset %u", whole.info.cap_offset);
	region.argsz = 16;
	status = ioctl(device, VFIO_DEVICE_GET_REGION_INFO, &region);
	check(status < 0 && errno == EINVAL, "an argsz below the struct is EINVAL", "%d", status);
	status = ioctl(group, VFIO_GROUP_GET_DEVICE_FD, UUID);
	check(status >= 0, "a group gives a second device fd", "%d", status);
	close(status);
	check(!open_group(&extra, &status) && status < 0 && errno == EBUSY,
	      "a group that is open is busy", "%d", status);
	close(extra);
}

static void check_queries(void)
{
	static const uint32_t wrong[] = { 0, 1, 4, 5, 6, 7, 0x10, 0x12 };
	struct vfio_device_gfx_plane_info info, before;
	unsigned int i;
	bool good = true;

	tell("clear");
	check(!query(PRIMARY, 3, &info), "probing dma-buf is 0", "%d", errno);
	for (i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
		good &= query(PRIMARY, wrong[i], &info) == EINVAL;
	check(good, "every other combination of flags is EINVAL", "one was not");
	memset(&before, 0xa5, sizeof(before));
	before.argsz = sizeof(before);
	before.flags = 2;
	before.drm_plane_type = PRIMARY;
	info = before;
	check(!query(PRIMARY, 2, &info) && !memcmp(&info, &before, sizeof(info)),
	      "a disabled plane is success and writes nothing", "%x", info.drm_format);
	check(query(OVERLAY, 2, &info) == EINVAL, "there is no overlay at first", "%d", errno);
	check(query(3, 2, &info) == EINVAL, "a plane type of 3 is EINVAL", "%d", errno);
	check(tell("plane primary buf=0 fourcc=XR24 width=64 height=64 stride=256") == ENOENT,
	      "a plane wants a buffer", "%d", errno);
	tell("buffer 0 size=65536\nbuffer 1 size=65536\n"
	     "plane primary buf=0 fourcc=XR24 modifier=0x0100000000000002 width=64 height=33 "
	     "stride=256 x=-7 y=9 hotx=3 hoty=4");
	memset(&info, 0, sizeof(info));
	check(!query(PRIMARY, 2, &info) && info.drm_format == 0x34325258 &&
	      info.drm_format_mod == 0x0100000000000002ull && info.width == 64 &&
	      info.height == 33 && info.stride == 256 && info.size == 256 * 64 &&
	      info.x_pos == (uint32_t)-7 && info.y_pos == 9 && info.x_hot == 3 && info.y_hot == 4 &&
	      info.dmabuf_id == 1, "a plane is told as it was set", "size %u id %u", info.size,
	      info.dmabuf_id);
	info.argsz = 56;
	check(ioctl(device, VFIO_DEVICE_QUERY_GFX_PLANE, &info) < 0 && errno == EINVAL,
	      "an argsz of 56 is EINVAL", "%d", errno);
	tell("plane cursor buf=1 fourcc=AR24 width=64 height=64 stride=256");
	check(!query(CURSOR, 2, &info) && info.x_hot == UINT32_MAX && info.y_hot == UINT32_MAX,
	      "no hotspot is 0xffffffff", "%x", info.x_hot);
	tell("plane overlay buf=1 fourcc=XR24 width=32 height=32 stride=128");
	check(!query(OVERLAY, 2, &info) && info.width == 32, "an overlay that is set is there", "%d",
	      errno);
	tell("error query ENOMEM 1\nerror query EFAULT 2 cursor");
	check(query(PRIMARY, 2, &info) == ENOMEM && !query(PRIMARY, 2, &info),
	      "ENOMEM once is once", "%d", errno);
	check(query(CURSOR, 2, &info) == EFAULT && !query(PRIMARY, 2, &info) &&
	      query(CURSOR, 2, &info) == EFAULT && !query(CURSOR, 2, &info),
	      "an error of one kind leaves the others", "%d", errno);
	tell("flip primary buf=0 offset=100");
	check(query(PRIMARY, 2, &info) == EFAULT, "an unaligned base is EFAULT", "%d", errno);
	check(tell("nonsense") == EINVAL && tell("plane primary width") == EINVAL &&
	      tell("plane moon buf=0") == EINVAL && tell("error query EWHAT 1") == EINVAL &&
	      tell("buffer 99 size=1") == EINVAL && tell("buffer 0 size=4000000000") == ERANGE,
	      "commands that make no sense are refused", "%d", errno);
}

static void check_identity(void)
{
	uint32_t first, second;
	int fd, other;

	tell("clear\nplane primary buf=0 fourcc=XR24 width=64 height=64 stride=256");
	first = shown_id(PRIMARY);
	fd = get(first);
	tell("flip primary buf=1");
	second = shown_id(PRIMARY);
	other = get(second);
	tell("flip primary buf=0");
	check(first != second && shown_id(PRIMARY) == first, "flips go back to the same ids", "%u %u",
	      first, second);
	tell("plane primary buf=0 fourcc=XR24 width=64 height=64 stride=512 size=16384");
	check(shown_id(PRIMARY) == first, "the stride is no part of an identity", "%u", first);
	tell("plane primary buf=0 fourcc=AR24 width=64 height=64 stride=256");
	check(shown_id(PRIMARY) != first, "the fourcc is part of an identity", "%u", first);
	check(get(0) < 0 && errno == EINVAL && get(9999) < 0 && errno == EINVAL,
	      "an unknown id is EINVAL", "%d", errno);
	check(ioctl(device, VFIO_DEVICE_GET_GFX_DMABUF, NULL) < 0 && errno == EFAULT,
	      "no id at all is EFAULT", "%d", errno);
	close(fd);
	check(get(first) < 0 && errno == EINVAL, "an id dies with its last dma-buf", "%d", errno);
	tell("plane primary buf=1 fourcc=XR24 width=48 height=32 stride=192");
	check(shown_id(PRIMARY) == first, "a freed id is the next to be given out", "%u", first);
	check(fcntl(other, F_GETFD) == FD_CLOEXEC && (fcntl(other, F_GETFL) & O_ACCMODE) == O_RDWR,
	      "a dma-buf comes CLOEXEC and read-write", "%x", fcntl(other, F_GETFL));
	close(other);
}

static void check_memory(void)
{
	struct dma_buf_sync sync = { DMA_BUF_SYNC_START | DMA_BUF_SYNC_READ };
	uint32_t word = 0x11223344;
	uint32_t *map, id;
	int fd;

	tell("clear\nplane primary buf=0 fourcc=XR24 width=50 height=50 stride=200");
	id = shown_id(PRIMARY);
	pwrite(control, &word, sizeof(word), BUFFER(0));
	fd = get(id);
	check(lseek(fd, 0, SEEK_END) == 12288, "the length is whole pages", "%ld",
	      (long)lseek(fd, 0, SEEK_END));
	map = mmap(NULL, 12288, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	check(map != MAP_FAILED && *map == word, "the pixels are those that were written", "%p", map);
	word++;
	pwrite(control, &word, sizeof(word), BUFFER(0) + 12284);
	check(map[3071] == word, "pixels change under the mapping", "%x", map[3071]);
	check(mmap(NULL, 16384, PROT_READ, MAP_SHARED, fd, 0) == MAP_FAILED && errno == EINVAL,
	      "mapping beyond the length is EINVAL", "%d", errno);
	check(!ioctl(fd, DMA_BUF_IOCTL_SYNC, &sync), "SYNC START works", "%d", errno);
	sync.flags |= DMA_BUF_SYNC_END;
	check(!ioctl(fd, DMA_BUF_IOCTL_SYNC, &sync) && counter("sync.begins") == 1 &&
	      counter("sync.ends") == 1, "SYNC END works", "%ld", counter("sync.ends"));
	check(pwrite(control, &word, 4, BUFFER(0) + 65534) < 0 && errno == ERANGE &&
	      pwrite(control, &word, 4, BUFFER(7)) < 0 && errno == ENOENT,
	      "pixels outside a buffer are refused", "%d", errno);
	munmap(map, 12288);
	close(fd);
	tell("mappable 0\nflip primary buf=1");
	fd = get(shown_id(PRIMARY));
	check(mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0) == MAP_FAILED && errno == ENODEV &&
	      counter("maps.refused") == 1, "an unmappable buffer is ENODEV", "%d", errno);
	close(fd);
}

static void check_regions(void)
{
	struct vfio_device_gfx_plane_info info = { 0 };
	struct vfio_region_info region = { .argsz = sizeof(region), .index = 17 };
	uint32_t *map;
	int status;

	tell("clear\ntransport region\nplane primary buf=0 fourcc=XR24 width=64 height=64 stride=256");
	check(!query(PRIMARY, 5, &info) && query(PRIMARY, 3, &info) == EINVAL,
	      "the region transport probes as such", "%d", errno);
	check(!query(PRIMARY, 4, &info) && info.region_index == 17, "the region transport names a region", "%u",
	      info.region_index);
	status = ioctl(device, VFIO_DEVICE_GET_REGION_INFO, &region);
	check(!status && region.size == 16384 && (region.flags & VFIO_REGION_INFO_FLAG_MMAP),
	      "a plane region lies beyond num_regions and can be mapped", "%llx", region.size);
	map = mmap(NULL, 16384, PROT_READ, MAP_SHARED, device, region.offset);
	check(map != MAP_FAILED && *map == 0x11223344, "a plane region has the pixels", "%p", map);
	check(mmap(NULL, 20480, PROT_READ, MAP_SHARED, device, region.offset) == MAP_FAILED,
	      "a plane region has nothing more", "%d", errno);
	munmap(map, 16384);
	ioctl(device, VFIO_DEVICE_RESET);
	memset(&info, 0, sizeof(info));
	check(!query(PRIMARY, 4, &info) && !info.drm_format && counter("resets") == 1,
	      "a reset switches the planes off", "%x", info.drm_format);
}

static void check_edid(void)
{
	const off_t region = (off_t)9 << 28;
	struct vfio_region_gfx_edid edid;
	uint32_t word = 2;
	uint8_t blob[256];

	tell("clear");
	check(pread(device, &edid, sizeof(edid), region) == sizeof(edid) && edid.edid_offset == 2048 &&
	      edid.edid_max_size == 1024 && edid.max_xres == 3840 && edid.link_state == 1,
	      "the EDID registers read", "offset %u", edid.edid_offset);
	memset(blob, 0x5a, sizeof(blob));
	check(pwrite(device, &word, 4, region + 20) == 4 &&
	      pwrite(device, blob, 256, region + 2048) == 256 &&
	      (word = 256, pwrite(device, &word, 4, region + 8) == 4), "an EDID is taken", "%d", errno);
	usleep(20000);
	word = 1;
	check(pwrite(device, &word, 4, region + 20) == 4 && counter("edid.down-ms") >= 20 &&
	      counter("edid.downs") == 1 && counter("edid.ups") == 1 && counter("edid.size") == 256,
	      "the way of the link down and up is timed", "%ld ms", counter("edid.down-ms"));
	memset(blob, 0, sizeof(blob));
	check(pread(device, blob, 256, region + 2048) == 256 && blob[255] == 0x5a,
	      "an EDID reads back", "%x", blob[255]);
	word = 99;
	check(pwrite(device, &word, 4, region + 20) < 0 && pwrite(device, &word, 2, region + 20) < 0 &&
	      (word = 5000, pwrite(device, &word, 4, region + 8) < 0) &&
	      pwrite(device, blob, 256, region + 3000) < 0, "EDID nonsense is refused", "%d", errno);
}

static void check_lifetime(void)
{
	uint32_t word, *map, ids[2];
	int fds[200], i, made = 0;

	tell("clear\nplane primary buf=0 fourcc=XR24 width=64 height=64 stride=256");
	ids[0] = shown_id(PRIMARY);
	for (i = 0; i < MANY; i++) {
		int fd = get(ids[0]), second = get(ids[0]);

		made += fd >= 0 && second >= 0;
		close(fd);
		close(second);
		ids[0] = shown_id(PRIMARY);
	}
	check(made == MANY && !counter("dmabufs.live"), "thousands of GETs and closes leave nothing",
	      "%d, %ld live", made, counter("dmabufs.live"));
	for (i = 0; i < 200; i++)
		fds[i] = get(ids[0]);
	check(counter("gets.most") == 200 && counter("dmabufs.live") == 200,
	      "GETs of one id are counted", "%ld", counter("gets.most"));
	for (i = 1; i < 200; i++)
		close(fds[i]);
	word = 0xfeedface;
	pwrite(control, &word, 4, BUFFER(0));
	map = mmap(NULL, 16384, PROT_READ, MAP_SHARED, fds[0], 0);
	tell("buffer 0 size=4096");
	check(map != MAP_FAILED && *map == word, "a replaced buffer stays with what is exported", "%p",
	      map);
	close_device();
	check(!put("/sys/module/planelab/refcnt", "") && *map == word, "pixels outlive the device's close",
	      "%x", *map);
	close(control);
	check(put(MDEV "/remove", "1"), "the mdev goes while a dma-buf lives", "%d", errno);
	check(*map == word && lseek(fds[0], 0, SEEK_END) == 16384, "pixels outlive the mdev", "%x", *map);
	check(access(CONTROL, F_OK) < 0, "its control file went with it", "%d", errno);
	munmap(map, 16384);
	close(fds[0]);
}

int main(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	check(put(TYPE "create", UUID), "an mdev can be made", "%d", errno);
	control = open(CONTROL, O_RDWR | O_CLOEXEC);
	check(control >= 0, "it has a control file", "%d", control);
	check(open_device(), "its group opens", "%d", device);
	if (failures)
		return 1;
	check_information();
	check_queries();
	check_identity();
	check_memory();
	check_regions();
	check_edid();
	check_lifetime();
	return failures != 0;
}
