// SPDX-License-Identifier: GPL-2.0
/*
 * The layout of the VideoCore's memory.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <endian.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <videocore/debug.h>

#include "vclog.h"

#define MAX_AREAS	16
#define PAGE		4096u
/* In the picture; a table has them all. */
#define MAX_SYMBOLS	12
#define LINE		16

#define SVG_HEAD \
	"<svg xmlns='http://www.w3.org/2000/svg' width='620' height='%u'>\n" \
	"<style>text { font: 13px sans-serif } .a { font-family: monospace }</style>\n" \
	"<rect width='100%%' height='100%%' fill='white'/>\n"
#define SVG_BOX \
	"<rect x='110' y='%u' width='180' height='%u' fill='%s' stroke='black'/>\n"
#define SVG_NAME	"<text x='200' y='%u' text-anchor='middle'>%s</text>\n"
#define SVG_SIZE	"<text x='300' y='%u'>%u KiB</text>\n"
#define SVG_BYTES	"<text x='300' y='%u'>%u bytes</text>\n"
#define SVG_ADDRESS	"<text class='a' x='100' y='%u' text-anchor='end'>%08x</text>\n"
#define SVG_SYMBOL	"<text class='a' x='390' y='%u'>%08x "

/**
 * struct area - a part of the memory
 * @name: what it is
 * @start: address without alias
 * @end: of the first byte behind
 * @colour: in the picture
 */
struct area {
	const char *name;
	uint32_t start;
	uint32_t end;
	const char *colour;
};

/**
 * struct map - the parts, by address
 * @areas: parts, without gaps once filled
 * @nr: how many
 */
struct map {
	struct area areas[MAX_AREAS];
	size_t nr;
};

/* What does not lie in the memory is left out, and said so by its absence. */
static void add_area(const struct vcm *vcm, struct map *map, const char *name,
		     uint32_t start, uint32_t len, const char *colour)
{
	start &= VC_ADDR_MASK;
	if (!len || start < vcm->base || start >= vcm->end || len > vcm->end - start ||
	    map->nr == MAX_AREAS)
		return;
	map->areas[map->nr++] = (struct area){ name, start, start + len, colour };
}

static void add_image(const struct vcm *vcm, struct map *map)
{
	struct vc_debug_header header;

	if (vcm_read(vcm, vcm->load + VC_DEBUG_HEADER_OFFSET, &header, sizeof(header)) ||
	    le32toh(header.magic) != VC_DEBUG_MAGIC)
		return;
	add_area(vcm, map, "firmware image", le32toh(header.mem_base),
		 le32toh(header.mem_size), "#7aa6c2");
}

static int by_address(const void *a, const void *b)
{
	const struct area *x = a, *y = b;

	return x->start < y->start ? -1 : x->start > y->start;
}

/*
 * The memory between the known parts is what the firmware allocates from, but for what
 * is in front of its image and what is less than a page.
 */
static void add_gap(const struct vcm *vcm, struct map *map, uint32_t start, uint32_t end)
{
	if (end <= vcm->load || end - start < PAGE)
		add_area(vcm, map, "reserved", start, end - start, "#b5b5b5");
	else
		add_area(vcm, map, "heap", start, end - start, "#d9d2c5");
}

static void fill_gaps(const struct vcm *vcm, struct map *map)
{
	size_t known = map->nr, i;
	uint32_t at = vcm->base;

	qsort(map->areas, known, sizeof(map->areas[0]), by_address);
	for (i = 0; i <= known && map->nr < MAX_AREAS; i++) {
		uint32_t next = i < known ? map->areas[i].start : vcm->end;

		if (next > at)
			add_gap(vcm, map, at, next);
		if (i < known && map->areas[i].end > at)
			at = map->areas[i].end;
	}
	qsort(map->areas, map->nr, sizeof(map->areas[0]), by_address);
}

static void get_map(const struct vcm *vcm, struct map *map)
{
	map->nr = 0;
	add_image(vcm, map);
	add_area(vcm, map, "logs", vcm->log, vcm->log_len, "#c2907a");
	fill_gaps(vcm, map);
}

static void print_symbols(const struct vcm *vcm, FILE *out)
{
	struct vcm_symbol *symbols = calloc(VC_DEBUG_MAX_SYMBOLS, sizeof(*symbols));
	int n = symbols ? vcm_symbols(vcm, symbols, VC_DEBUG_MAX_SYMBOLS) : 0, i;

	for (i = 0; i < n; i++)
		fprintf(out, "%08x  %8u  symbol %s\n", symbols[i].addr & VC_ADDR_MASK,
			symbols[i].size, symbols[i].label);
	free(symbols);
}

int vcm_map_print(const struct vcm *vcm, FILE *out)
{
	struct map map;
	size_t i;

	get_map(vcm, &map);
	fprintf(out, "address   bytes     what\n");
	for (i = 0; i < map.nr; i++)
		fprintf(out, "%08x  %8u  %s\n", map.areas[i].start,
			map.areas[i].end - map.areas[i].start, map.areas[i].name);
	print_symbols(vcm, out);
	return 0;
}

/* -----------------------------------------------------------------------------
 * Picture
 */

/**
 * struct picture - what is drawn
 * @vcm: of this memory
 * @out: here
 * @symbols: variables
 * @nr_symbols: how many
 */
struct picture {
	const struct vcm *vcm;
	FILE *out;
	struct vcm_symbol *symbols;
	int nr_symbols;
};

static bool contains(const struct area *area, const struct vcm_symbol *symbol)
{
	uint32_t addr = symbol->addr & VC_ADDR_MASK;

	return addr >= area->start && addr < area->end;
}

static unsigned int lines_of(const struct picture *pic, const struct area *area)
{
	unsigned int lines = 0;
	int i;

	for (i = 0; i < pic->nr_symbols && lines < MAX_SYMBOLS; i++)
		lines += contains(area, &pic->symbols[i]);
	return lines;
}

/* Small parts would vanish: each gets some room, the rest is shared by size. */
static unsigned int height_of(const struct picture *pic, const struct area *area)
{
	uint32_t all = pic->vcm->end - pic->vcm->base;
	unsigned int least = 20 + LINE * lines_of(pic, area);

	return (least < 36 ? 36 : least) +
	       (all ? (unsigned int)((uint64_t)(area->end - area->start) * 400 / all) : 0);
}

/* Names are the firmware's: none may be taken for markup. */
static void draw_text(FILE *out, const char *text)
{
	for (; *text; text++) {
		if (*text == '<')
			fputs("&lt;", out);
		else if (*text == '&')
			fputs("&amp;", out);
		else
			fputc(*text, out);
	}
}

static void draw_symbols(const struct picture *pic, const struct area *area, unsigned int y)
{
	unsigned int line = 0;
	int i;

	for (i = 0; i < pic->nr_symbols && line < MAX_SYMBOLS; i++) {
		if (!contains(area, &pic->symbols[i]))
			continue;
		fprintf(pic->out, SVG_SYMBOL, y + 22 + LINE * line++,
			pic->symbols[i].addr & VC_ADDR_MASK);
		draw_text(pic->out, pic->symbols[i].label);
		fprintf(pic->out, "</text>\n");
	}
}

static void draw_area(const struct picture *pic, const struct area *area, unsigned int y)
{
	unsigned int h = height_of(pic, area), len = area->end - area->start;

	fprintf(pic->out, SVG_BOX, y, h, area->colour);
	fprintf(pic->out, SVG_NAME, y + h / 2 + 5, area->name);
	if (len < 1024)
		fprintf(pic->out, SVG_BYTES, y + h / 2 + 5, len);
	else
		fprintf(pic->out, SVG_SIZE, y + h / 2 + 5, len / 1024);
	fprintf(pic->out, SVG_ADDRESS, y + h, area->start);
	draw_symbols(pic, area, y);
}

static void draw_map(const struct picture *pic)
{
	unsigned int y = 20, total = 40;
	struct map map;
	size_t i;

	get_map(pic->vcm, &map);
	for (i = 0; i < map.nr; i++)
		total += height_of(pic, &map.areas[i]);
	fprintf(pic->out, SVG_HEAD, total);
	for (i = map.nr; i-- > 0; y += height_of(pic, &map.areas[i]))
		draw_area(pic, &map.areas[i], y);
	fprintf(pic->out, "</svg>\n");
}

int vcm_map_draw(const struct vcm *vcm, FILE *out)
{
	struct picture pic = { .vcm = vcm, .out = out };

	pic.symbols = calloc(VC_DEBUG_MAX_SYMBOLS, sizeof(*pic.symbols));
	if (!pic.symbols)
		return -ENOMEM;
	pic.nr_symbols = vcm_symbols(vcm, pic.symbols, VC_DEBUG_MAX_SYMBOLS);
	draw_map(&pic);
	free(pic.symbols);
	return ferror(out) ? -EIO : 0;
}
