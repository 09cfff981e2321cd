/* SPDX-License-Identifier: GPL-2.0 */
/*
 * JSON as text for people.
 *
 * Copyright (C) 2026 vc-media project
 */
#ifndef VCCTL_TABLE_H
#define VCCTL_TABLE_H

struct json_object;

/* Print an object's members: sections for objects in it, tables for alike ones. */
void vcctl_print_object(struct json_object *object);

#endif /* VCCTL_TABLE_H */
