// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Prints what every input device of the guest says:
 *
 *   input N NAME [abs MAXX,MAXY]     a device was found
 *   event N TYPE CODE VALUE          numbers of linux/input-event-codes.h; EV_SYN and EV_MSC left out
 *
 * Each key that goes down or repeats is also a byte in /keys for whoever shows what is typed.
 *
 * The devices are grabbed, so that no key reaches the console: Ctrl-Alt-Delete is only a key then.
 */
#include <fcntl.h>
#include <linux/input.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define MOST 16
/* USB devices come late: how often is looked for new ones, ms. */
#define LOOK_MS 100

static struct pollfd inputs[MOST];
static int keys;

static void look(void)
{
	struct input_absinfo x, y;
	char path[32], name[64];
	int i;

	for (i = 0; i < MOST; i++) {
		if (inputs[i].fd >= 0)
			continue;
		snprintf(path, sizeof(path), "/dev/input/event%d", i);
		inputs[i].fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
		if (inputs[i].fd < 0)
			continue;
		memset(name, 0, sizeof(name));
		ioctl(inputs[i].fd, EVIOCGNAME(sizeof(name) - 1), name);
		ioctl(inputs[i].fd, EVIOCGRAB, 1);
		if (ioctl(inputs[i].fd, EVIOCGABS(ABS_X), &x) == 0 && x.maximum > 0 &&
		    ioctl(inputs[i].fd, EVIOCGABS(ABS_Y), &y) == 0)
			printf("input %d %s abs %d,%d\n", i, name, x.maximum, y.maximum);
		else
			printf("input %d %s\n", i, name);
	}
}

static void print_events(int i)
{
	struct input_event events[64];
	ssize_t length = read(inputs[i].fd, events, sizeof(events));
	size_t at;

	if (length < 0) {
		close(inputs[i].fd);
		inputs[i].fd = -1;
	}
	for (at = 0; length > 0 && at < (size_t)length / sizeof(*events); at++) {
		if (events[at].type == EV_KEY && events[at].value > 0 && write(keys, "k", 1) < 0)
			perror("/keys");
		if (events[at].type != EV_SYN && events[at].type != EV_MSC)
			printf("event %d %u %u %d\n", i, events[at].type, events[at].code,
			       events[at].value);
	}
}

int main(void)
{
	int i;

	setvbuf(stdout, NULL, _IOLBF, 0);
	/* A reader of its own: without one it could not be opened yet. */
	keys = open("/keys", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	for (i = 0; i < MOST; i++)
		inputs[i] = (struct pollfd){ .fd = -1, .events = POLLIN };
	for (;;) {
		look();
		if (poll(inputs, MOST, LOOK_MS) <= 0)
			continue;
		for (i = 0; i < MOST; i++)
			if (inputs[i].fd >= 0 && inputs[i].revents)
				print_events(i);
	}
}
