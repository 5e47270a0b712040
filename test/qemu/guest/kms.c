// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Keeps a picture alive on the guest's display and does what it is told on its second serial port.
 *
 *   kms WIDTHxHEIGHT PATTERN HZ
 *
 * Each line that comes is answered on stdout by "ok LINE frame=N pattern=NAME" once it is done, or by
 * "no LINE":
 *
 *   pattern NAME                            see `names` and picture.h
 *   freeze, thaw                            stop at the frame that is shown, go on
 *   hz N                                    frames a second
 *   mode WxH, follow, stay                  another size; take the one that the monitor asks for
 *   patch X,Y RRGGBB                        64x64 pixels in one colour, and one DIRTYFB
 *   hotspot X,Y                             shows the cursor with that hotspot
 *   cursor X,Y, cursor off                  where the image's corner lies
 *   stamp on, stamp off                     a byte on that port for each frame, its number's lowest, once
 *                                           it is drawn and before the display is told
 *   look                                    nothing: the answer tells the frame
 *
 * Every two seconds in which frames were made it prints what it reached: "fps N late N frame N".
 */
#include "picture.h"

#include <fcntl.h>
#include <linux/netlink.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#define TOLD "/dev/ttyS1"
#define KEYS "/keys"
#define REPORT_S 2.0

static const char *const names[] = { "static", "bar",   "full",    "dirty",
					 "flash",  "strip", "pointer", "text" };

static struct screen screen;
static enum pattern pattern;
static bool frozen, following, stamping;
static uint32_t frame;
/* Number of the frame that each buffer holds. */
static uint32_t drawn[2];
static int hz = 60, told, ticks;
static unsigned int late, made;
static double reported;

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec + time.tv_nsec / 1e9;
}

static void set_timer(void)
{
	bool idle = frozen || pattern == STATIC || pattern == TEXT;
	long ns = 1000000000L / hz;
	struct itimerspec timer = { { 0, 0 }, { 0, 0 } };

	if (!idle && pattern == FLASH)
		timer.it_value.tv_nsec = 350000000L + rand() % 100000000L;
	else if (!idle)
		timer.it_value.tv_nsec = timer.it_interval.tv_nsec = hz == 1 ? 999999999L : ns;
	timerfd_settime(ticks, 0, &timer, NULL);
	made = late = 0;
	reported = now();
}

static void start(void)
{
	while (screen.flipping)
		screen_flipped(&screen);
	picture_start(&screen, pattern, frame);
	drawn[0] = drawn[1] = frame;
	screen_dirty(&screen, 0, 0, screen.width, screen.height);
	set_timer();
}

static void patch(int x, int y, uint32_t colour)
{
	picture_fill(&screen, &screen.buffers[screen.front], x, y, BLOCK, BLOCK, colour);
	screen_dirty(&screen, x, y, BLOCK, BLOCK);
}

static void stamp(void)
{
	uint8_t lowest = frame;

	if (stamping && write(told, &lowest, 1) != 1)
		fail(TOLD);
}

static void change(void)
{
	struct area area = picture_change(&screen, pattern, frame);

	stamp();
	screen_dirty(&screen, area.x, area.y, area.width, area.height);
}

static void flash(void)
{
	static bool red;

	red = !red;
	if (write(told, red ? "R" : "B", 1) != 1)
		fail(TOLD);
	patch(BLOCK, 0, red ? 0xff0000 : 0x0000ff);
	set_timer();
}

static void report(void)
{
	double passed = now() - reported;

	if (passed < REPORT_S)
		return;
	printf("fps %.1f late %u frame %u\n", made / passed, late, frame);
	reported = now();
	made = late = 0;
}

static void tick(void)
{
	uint64_t passed;

	if (read(ticks, &passed, sizeof(passed)) != sizeof(passed))
		return;
	if (pattern == FLASH) {
		flash();
		return;
	}
	late += passed - 1 + screen.flipping;
	if (screen.flipping)
		return;
	frame++;
	made++;
	if (pattern == DIRTY) {
		picture_fill(&screen, &screen.buffers[screen.front], 0, 0, BLOCK, BLOCK,
			     frame & 0xffffff);
		screen_dirty(&screen, 0, 0, BLOCK, BLOCK);
	} else if (pattern == STRIP) {
		change();
	} else if (pattern == POINTER) {
		stamp();
		screen_cursor_move(&screen, picture_pointer(&screen, frame), POINTER_Y);
	} else {
		picture_next(&screen, pattern, frame, drawn[!screen.front]);
		drawn[!screen.front] = frame;
		stamp();
		screen_flip(&screen);
	}
	report();
}

/* Each key that went down is a byte there: see evdev.c. */
static void take_keys(int keys)
{
	char bytes[64];
	ssize_t got = read(keys, bytes, sizeof(bytes));

	for (; got > 0; got--)
		if (pattern == TEXT && !frozen) {
			frame++;
			change();
		}
}

static void set_mode(uint32_t width, uint32_t height)
{
	screen_set_mode(&screen, width, height);
	start();
	/* Linux's qxl has sized what it shows by the mode before, and does so anew at a flip. */
	screen_flip(&screen);
	screen_flipped(&screen);
	printf("mode %ux%u\n", width, height);
}

static bool set_pattern(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (!strcmp(name, names[i])) {
			pattern = i;
			frozen = false;
			return true;
		}
	return false;
}

static void follow(void)
{
	uint32_t width, height;

	if (following && screen_wish(&screen, &width, &height) &&
	    (width != screen.width || height != screen.height))
		set_mode(width, height);
}

static bool obey(const char *line)
{
	int x, y;
	uint32_t colour;
	char name[16];

	if (sscanf(line, "pattern %15s", name) == 1 && set_pattern(name)) {
		start();
		return true;
	}
	if (sscanf(line, "mode %dx%d", &x, &y) == 2 && x > 0 && y > 0) {
		set_mode(x, y);
		return true;
	}
	if (sscanf(line, "patch %d,%d %x", &x, &y, &colour) == 3) {
		patch(x, y, colour);
		return true;
	}
	if (sscanf(line, "hz %d", &x) == 1 && x > 0 && x <= 1000) {
		hz = x;
		set_timer();
		return true;
	}
	if (!strcmp(line, "freeze") || !strcmp(line, "thaw")) {
		while (screen.flipping)
			screen_flipped(&screen);
		frozen = *line == 'f';
		set_timer();
		return true;
	}
	if (!strcmp(line, "follow") || !strcmp(line, "stay")) {
		following = *line == 'f';
		follow();
		return true;
	}
	if (!strcmp(line, "stamp on") || !strcmp(line, "stamp off")) {
		stamping = line[7] == 'n';
		return true;
	}
	if (!strcmp(line, "look"))
		return true;
	if (sscanf(line, "hotspot %d,%d", &x, &y) == 2)
		return screen_cursor(&screen, x, y);
	if (sscanf(line, "cursor %d,%d", &x, &y) == 2)
		return screen_cursor_move(&screen, x, y);
	return !strcmp(line, "cursor off") && screen_cursor_off(&screen);
}

static void listen_to(void)
{
	static char line[128];
	static size_t length;
	char bytes[128];
	ssize_t got = read(told, bytes, sizeof(bytes)), i;
	bool done;

	for (i = 0; i < got; i++) {
		if (bytes[i] != '\n') {
			if (length < sizeof(line) - 1)
				line[length++] = bytes[i];
			continue;
		}
		line[length] = 0;
		length = 0;
		done = obey(line);
		printf("%s %s frame=%u pattern=%s\n", done ? "ok" : "no", line, frame,
		       names[pattern]);
	}
}

/* The port carries bytes as they are. */
static void open_port(void)
{
	struct termios raw;

	told = open(TOLD, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	if (told < 0 || tcgetattr(told, &raw) < 0)
		fail(TOLD);
	cfmakeraw(&raw);
	tcsetattr(told, TCSANOW, &raw);
}

/* The kernel tells there when a monitor asks for another size. */
static int open_uevents(void)
{
	struct sockaddr_nl address = { .nl_family = AF_NETLINK, .nl_groups = 1 };
	int fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_KOBJECT_UEVENT);

	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		fail("uevents");
	return fd;
}

int main(int count, char **words)
{
	struct pollfd polled[5];
	char news[4096];
	int width, height;

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (count != 4 || sscanf(words[1], "%dx%d", &width, &height) != 2 ||
	    !set_pattern(words[2]) || (hz = atoi(words[3])) < 1)
		return 2;
	open_port();
	screen_open(&screen);
	ticks = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	polled[0] = (struct pollfd){ .fd = screen.fd, .events = POLLIN };
	polled[1] = (struct pollfd){ .fd = told, .events = POLLIN };
	polled[2] = (struct pollfd){ .fd = ticks, .events = POLLIN };
	polled[3] = (struct pollfd){ .fd = open_uevents(), .events = POLLIN };
	/* With a writer of its own it never ends. */
	polled[4] = (struct pollfd){ .fd = open(KEYS, O_RDWR | O_NONBLOCK | O_CLOEXEC),
				     .events = POLLIN };
	if (polled[4].fd < 0)
		fail(KEYS);
	set_mode(width, height);
	printf("ready %.2f\n", now());
	for (;;) {
		if (poll(polled, 5, -1) < 0)
			fail("poll");
		if (polled[0].revents && screen.flipping)
			screen_flipped(&screen);
		if (polled[1].revents)
			listen_to();
		if (polled[2].revents)
			tick();
		if (polled[3].revents && recv(polled[3].fd, news, sizeof(news), 0) > 0)
			follow();
		if (polled[4].revents)
			take_keys(polled[4].fd);
	}
}
