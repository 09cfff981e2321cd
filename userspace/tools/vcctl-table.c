// SPDX-License-Identifier: GPL-2.0
/*
 * JSON as text for people: "name value" lines, a heading for each object, and a
 * table where the members of an object are alike.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <json-c/json.h>

#include "vcctl-table.h"

#define INDENT		2
#define COLUMN_MIN	10

static bool is_plain(struct json_object *val)
{
	return !json_object_is_type(val, json_type_object) &&
	       !json_object_is_type(val, json_type_array);
}

/* Numbers with a fraction get two places; strings are bare. */
static const char *plain_text(struct json_object *val, char *buf, size_t len)
{
	if (json_object_is_type(val, json_type_double))
		snprintf(buf, len, "%.2f", json_object_get_double(val));
	else if (json_object_is_type(val, json_type_boolean))
		snprintf(buf, len, "%s", json_object_get_boolean(val) ? "yes" : "no");
	else if (!val)
		snprintf(buf, len, "-");
	else
		snprintf(buf, len, "%s", json_object_get_string(val));
	return buf;
}

/* An object whose members are all plain. */
static bool is_row(struct json_object *object)
{
	if (!json_object_is_type(object, json_type_object) || !json_object_object_length(object))
		return false;
	json_object_object_foreach(object, key, val)
		if (!key[0] || !is_plain(val))
			return false;
	return true;
}

static bool same_keys(struct json_object *a, struct json_object *b)
{
	if (json_object_object_length(a) != json_object_object_length(b))
		return false;
	json_object_object_foreach(a, key, val)
		if (!json_object_object_get_ex(b, key, &val))
			return false;
	return true;
}

/* At least two rows with the same columns. */
static bool is_table(struct json_object *object)
{
	struct json_object *first = NULL;

	if (json_object_object_length(object) < 2)
		return false;
	json_object_object_foreach(object, key, val) {
		if (!key[0] || !is_row(val) || (first && !same_keys(first, val)))
			return false;
		first = first ? first : val;
	}
	return true;
}

static int longest_key(struct json_object *object, bool only_plain)
{
	int width = 0;

	json_object_object_foreach(object, key, val)
		if ((!only_plain || is_plain(val)) && (int)strlen(key) > width)
			width = (int)strlen(key);
	return width;
}

static int column_width(struct json_object *table, const char *column)
{
	int width = (int)strlen(column), len;
	struct json_object *cell;
	char buf[64];

	json_object_object_foreach(table, key, row) {
		if (!key[0] || !json_object_object_get_ex(row, column, &cell))
			continue;
		len = (int)strlen(plain_text(cell, buf, sizeof(buf)));
		width = len > width ? len : width;
	}
	return width < COLUMN_MIN ? COLUMN_MIN : width;
}

static struct json_object *first_member(struct json_object *object)
{
	json_object_object_foreach(object, key, val)
		if (key[0])
			return val;
	return NULL;
}

static void print_table(struct json_object *table, int indent)
{
	struct json_object *columns = first_member(table), *cell;
	int name_width = longest_key(table, false);
	char buf[64];

	printf("%*s%-*s", indent, "", name_width, "");
	json_object_object_foreach(columns, column, unused) {
		(void)unused;
		printf("  %*s", column_width(table, column), column);
	}
	putchar('\n');
	json_object_object_foreach(table, name, row) {
		printf("%*s%-*s", indent, "", name_width, name);
		json_object_object_foreach(columns, key, val) {
			json_object_object_get_ex(row, key, &cell);
			printf("  %*s", column_width(table, key),
			       plain_text(cell, buf, sizeof(buf)));
			(void)val;
		}
		putchar('\n');
	}
}

static void print_members(struct json_object *object, int indent);

static void print_array(struct json_object *array, const char *name, int indent)
{
	size_t i, n = json_object_array_length(array);
	struct json_object *item;
	char buf[256];

	for (i = 0; i < n; i++) {
		item = json_object_array_get_idx(array, i);
		if (is_plain(item)) {
			printf("%*s%s %s\n", indent, "", name, plain_text(item, buf, sizeof(buf)));
		} else if (json_object_is_type(item, json_type_object)) {
			printf("%*s%s %zu\n", indent, "", name, i);
			print_members(item, indent + INDENT);
		}
	}
}

static void print_members(struct json_object *object, int indent)
{
	int width = longest_key(object, true);
	/* As long as the answer to "smem peek" of most bytes. */
	char buf[2 * 4096 + 1];

	json_object_object_foreach(object, name, plain)
		if (is_plain(plain))
			printf("%*s%-*s  %s\n", indent, "", width, name,
			       plain_text(plain, buf, sizeof(buf)));
	json_object_object_foreach(object, key, val) {
		if (is_plain(val))
			continue;
		if (json_object_is_type(val, json_type_array)) {
			print_array(val, key, indent);
			continue;
		}
		if (!json_object_object_length(val))
			continue;
		printf("%*s%s\n", indent, "", key);
		if (is_table(val))
			print_table(val, indent + INDENT);
		else
			print_members(val, indent + INDENT);
	}
}

void vcctl_print_object(struct json_object *object)
{
	print_members(object, 0);
}
