// SPDX-License-Identifier: GPL-2.0
/*
 * What /dev/planelab/UUID takes at position 0, a command a line:
 *
 *   buffer N size=BYTES             new zeroed memory; what is exported keeps the old one
 *   plane KIND buf=N fourcc=XR24 width=W height=H stride=S [modifier=M size=B offset=O export=E
 *              x=X y=Y hotx=X hoty=Y]   on, all of it at once; what is left out is 0, the hotspot none
 *   flip KIND buf=N [offset=O]      another buffer, the rest as it was
 *   move KIND x=X y=Y [hotx=X hoty=Y]
 *   disable KIND                    off: a query succeeds and writes nothing
 *   absent KIND 0|1                 queries of the kind are EINVAL; at first only the overlay is
 *   error query|get NAME COUNT [KIND]   the next COUNT calls fail; negative: all; 0: none
 *   mappable 0|1                    0: mmap of dma-bufs made from now on is ENODEV, as GVT-g's
 *   transport dmabuf|region
 *   clear                           as new: planes off, no errors due, counters 0
 *
 * KIND is primary, overlay or cursor.
 */
#include <linux/kernel.h>
#include <linux/overflow.h>
#include <linux/string.h>

#include "planelab.h"

static const char *const kind_names[] = { "overlay", "primary", "cursor" };

static int parse_kind(const char *word)
{
	return word ? match_string(kind_names, LAB_KINDS, word) : -EINVAL;
}

static char *next_word(char **line)
{
	char *word;

	do
		word = strsep(line, " \t");
	while (word && !*word);
	return word;
}

static int parse_fourcc(const char *text, u32 *value)
{
	if (strlen(text) != 4)
		return kstrtou32(text, 0, value);
	*value = text[0] | text[1] << 8 | text[2] << 16 | (u32)text[3] << 24;
	return 0;
}

/* Negative numbers are for positions, which the ABI has as u32. */
static int parse_u32(const char *text, u32 *value)
{
	return *text == '-' ? kstrtos32(text, 0, (s32 *)value) : kstrtou32(text, 0, value);
}

static int set_field(struct lab_plane *plane, const char *key, const char *value)
{
	struct { const char *key; u32 *field; } words[] = {
		{ "buf", &plane->slot },	{ "width", &plane->width },
		{ "height", &plane->height },	{ "stride", &plane->stride },
		{ "x", &plane->x },		{ "y", &plane->y },
		{ "hotx", &plane->x_hot },	{ "hoty", &plane->y_hot },
	};
	int i;

	for (i = 0; i < ARRAY_SIZE(words); i++)
		if (!strcmp(key, words[i].key))
			return parse_u32(value, words[i].field);
	if (!strcmp(key, "size")) {
		plane->sized = true;
		return parse_u32(value, &plane->size);
	}
	if (!strcmp(key, "fourcc"))
		return parse_fourcc(value, &plane->fourcc);
	if (!strcmp(key, "modifier"))
		return kstrtou64(value, 0, &plane->modifier);
	if (!strcmp(key, "offset"))
		return kstrtou64(value, 0, &plane->offset);
	if (!strcmp(key, "export"))
		return kstrtou64(value, 0, &plane->exported);
	return -EINVAL;
}

static int set_fields(struct lab *lab, struct lab_plane *plane, char *line)
{
	struct lab_buffer *buffer;
	char *word, *value;
	int error;

	while ((word = next_word(&line))) {
		value = strchr(word, '=');
		if (!value)
			return -EINVAL;
		*value++ = 0;
		error = set_field(plane, word, value);
		if (error)
			return error;
	}
	buffer = plane->slot < LAB_BUFFERS ? lab->buffers[plane->slot] : NULL;
	if (!buffer)
		return -ENOENT;
	if (plane->offset >= buffer->size || plane->exported > buffer->size - plane->offset)
		return -ERANGE;
	return 0;
}

/* As GVT-g: rows up to the tile's height. X tiles have 8 rows, Y and Yf tiles 32. */
static u32 default_size(const struct lab_plane *plane)
{
	u32 rows = plane->height;

	if (plane->modifier == 0x0100000000000001ull)
		rows = round_up(rows, 8);
	else if (plane->modifier)
		rows = round_up(rows, 32);
	return size_mul(plane->stride, rows);
}

static int command_plane(struct lab *lab, const char *verb, char *line)
{
	const char *word = next_word(&line);
	int error, kind = parse_kind(word);
	struct lab_plane plane = { .x_hot = U32_MAX, .y_hot = U32_MAX };

	if (kind < 0)
		return kind;
	if (!strcmp(verb, "disable")) {
		lab->planes[kind].on = false;
		return 0;
	}
	if (strcmp(verb, "plane"))
		plane = lab->planes[kind];
	error = set_fields(lab, &plane, line);
	if (error)
		return error;
	if (!plane.sized)
		plane.size = default_size(&plane);
	if (!strcmp(verb, "plane"))
		plane.on = true;
	plane.absent = false;
	lab->planes[kind] = plane;
	return 0;
}

static int command_buffer(struct lab *lab, char *line)
{
	char *slot_word = next_word(&line), *size_word = next_word(&line);
	struct lab_buffer *buffer;
	u32 slot, size;

	if (!slot_word || kstrtou32(slot_word, 0, &slot) || slot >= LAB_BUFFERS)
		return -EINVAL;
	if (!size_word || strncmp(size_word, "size=", 5) || kstrtou32(size_word + 5, 0, &size))
		return -EINVAL;
	if (!size || size > LAB_BUFFER_MAX)
		return -ERANGE;
	buffer = lab_buffer_create(size);
	if (!buffer)
		return -ENOMEM;
	lab_buffer_put(lab->buffers[slot]);
	lab->buffers[slot] = buffer;
	return 0;
}

static int command_absent(struct lab *lab, char *line)
{
	int kind = parse_kind(next_word(&line));
	char *word = next_word(&line);

	return kind < 0 || !word ? -EINVAL : kstrtobool(word, &lab->planes[kind].absent);
}

static int command_error(struct lab *lab, char *line)
{
	static const struct { const char *name; int error; } errors[] = {
		{ "ENOMEM", -ENOMEM }, { "EFAULT", -EFAULT }, { "EINVAL", -EINVAL },
		{ "ENODEV", -ENODEV }, { "EBUSY", -EBUSY },   { "EIO", -EIO },
		{ "EAGAIN", -EAGAIN }, { "EPERM", -EPERM },   { "EMFILE", -EMFILE },
	};
	char *call = next_word(&line), *name = next_word(&line), *count = next_word(&line);
	char *kind_word = next_word(&line);
	int i, left, kind = kind_word ? parse_kind(kind_word) : LAB_ANY;
	struct lab_error *target;

	if (!call || !name || !count || kstrtoint(count, 0, &left) || kind < 0)
		return -EINVAL;
	if (!strcmp(call, "query"))
		target = &lab->query_errors[kind];
	else if (!strcmp(call, "get") && !kind_word)
		target = &lab->get_error;
	else
		return -EINVAL;
	for (i = 0; i < ARRAY_SIZE(errors); i++) {
		if (strcmp(name, errors[i].name))
			continue;
		*target = (struct lab_error){ .error = errors[i].error, .left = left };
		return 0;
	}
	return -EINVAL;
}

/* As a new device is. Buffers and identities stay. */
void lab_reset_state(struct lab *lab)
{
	memset(lab->planes, 0, sizeof(lab->planes));
	lab->planes[LAB_OVERLAY].absent = true;
	memset(lab->query_errors, 0, sizeof(lab->query_errors));
	memset(&lab->get_error, 0, sizeof(lab->get_error));
	memset(lab->queries, 0, sizeof(lab->queries));
	lab->mappable = true;
	lab->regions = false;
	lab->probes = lab->gets = lab->gets_failed = lab->dmabufs_made = 0;
	lab->maps = lab->maps_refused = lab->sync_begins = lab->sync_ends = 0;
	lab->opens = lab->resets = lab->most_gets = 0;
	lab_edid_init(&lab->edid);
}

/* Carries out one line, which it takes apart. */
int lab_command(struct lab *lab, char *line)
{
	char *verb = next_word(&line);

	if (!verb || *verb == '#')
		return 0;
	if (!strcmp(verb, "buffer"))
		return command_buffer(lab, line);
	if (!strcmp(verb, "plane") || !strcmp(verb, "flip") || !strcmp(verb, "move") ||
	    !strcmp(verb, "disable"))
		return command_plane(lab, verb, line);
	if (!strcmp(verb, "absent"))
		return command_absent(lab, line);
	if (!strcmp(verb, "error"))
		return command_error(lab, line);
	if (!strcmp(verb, "clear")) {
		lab_reset_state(lab);
		return 0;
	}
	line = next_word(&line);
	if (!line)
		return -EINVAL;
	if (!strcmp(verb, "mappable"))
		return kstrtobool(line, &lab->mappable);
	if (strcmp(verb, "transport") || (strcmp(line, "region") && strcmp(line, "dmabuf")))
		return -EINVAL;
	lab->regions = !strcmp(line, "region");
	return 0;
}
