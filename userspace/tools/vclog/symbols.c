// SPDX-License-Identifier: GPL-2.0
/*
 * Variables of the firmware, by name.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <endian.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <videocore/debug.h>

#include "vclog.h"

static int find_table(const struct vcm *vcm, uint32_t *table)
{
	struct vc_debug_header header;
	int ret;

	ret = vcm_read(vcm, vcm->load + VC_DEBUG_HEADER_OFFSET, &header, sizeof(header));
	if (ret || le32toh(header.magic) != VC_DEBUG_MAGIC)
		return -ENOENT;
	*table = le32toh(header.symbols);
	if ((*table & VC_ADDR_MASK) - vcm->load > VC_DEBUG_MAX_TABLE_OFFSET)
		return -ENOENT;
	return 0;
}

/* Byte by byte: a name may lie at the end of the memory. */
static int read_label(const struct vcm *vcm, uint32_t addr, char *label, size_t size)
{
	size_t i;

	for (i = 0; i < size - 1; i++) {
		if (vcm_read(vcm, addr + (uint32_t)i, &label[i], 1))
			return -EFAULT;
		if (!label[i])
			return 0;
		if (label[i] < ' ' || label[i] > '~')
			label[i] = '?';
	}
	label[i] = '\0';
	return 0;
}

/* 1: there is one, 0: the table ends. */
static int read_symbol(const struct vcm *vcm, uint32_t addr, struct vcm_symbol *symbol)
{
	struct vc_debug_symbol entry;

	if (vcm_read(vcm, addr, &entry, sizeof(entry)))
		return -EFAULT;
	if (!entry.label)
		return 0;
	symbol->addr = le32toh(entry.addr);
	symbol->size = le32toh(entry.size);
	return read_label(vcm, le32toh(entry.label), symbol->label, sizeof(symbol->label)) ?: 1;
}

int vcm_symbols(const struct vcm *vcm, struct vcm_symbol *symbols, size_t max)
{
	uint32_t table;
	size_t n;
	int ret;

	ret = find_table(vcm, &table);
	if (ret)
		return ret;
	for (n = 0; n < max && n < VC_DEBUG_MAX_SYMBOLS; n++) {
		ret = read_symbol(vcm, table + (uint32_t)(n * sizeof(struct vc_debug_symbol)),
				  &symbols[n]);
		if (ret < 0)
			return ret;
		if (!ret)
			break;
	}
	return (int)n;
}

int vcm_symbol(const struct vcm *vcm, const char *label, struct vcm_symbol *symbol)
{
	struct vcm_symbol *symbols = calloc(VC_DEBUG_MAX_SYMBOLS, sizeof(*symbols));
	int n, i, ret = -ENOENT;

	if (!symbols)
		return -ENOMEM;
	n = vcm_symbols(vcm, symbols, VC_DEBUG_MAX_SYMBOLS);
	for (i = 0; i < n && ret; i++) {
		if (strncmp(symbols[i].label, label, sizeof(symbols[i].label) - 1) != 0)
			continue;
		*symbol = symbols[i];
		ret = 0;
	}
	free(symbols);
	return n < 0 ? n : ret;
}
