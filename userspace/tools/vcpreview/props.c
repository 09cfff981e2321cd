// SPDX-License-Identifier: GPL-2.0
/*
 * KMS properties by name.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <string.h>

#include <xf86drm.h>
#include <xf86drmMode.h>

#include "vcpreview.h"

int vcp_props_get(struct vcp_props *props, int fd, uint32_t object, uint32_t type)
{
	props->fd = fd;
	props->object = object;
	props->type = type;
	props->list = drmModeObjectGetProperties(fd, object, type);
	if (!props->list)
		return vcp_fail(VCP_NO_DISPLAY, "object %u of the display has no properties",
				object);
	return 0;
}

void vcp_props_put(struct vcp_props *props)
{
	drmModeFreeObjectProperties(props->list);
	props->list = NULL;
}

/* The property @name and its index; NULL if there is none. */
static drmModePropertyPtr find(const struct vcp_props *props, const char *name,
			       unsigned int *index)
{
	const drmModeObjectProperties *list = props->list;

	for (unsigned int i = 0; i < list->count_props; i++) {
		drmModePropertyPtr prop = drmModeGetProperty(props->fd, list->props[i]);

		if (prop && !strcmp(prop->name, name)) {
			*index = i;
			return prop;
		}
		drmModeFreeProperty(prop);
	}
	return NULL;
}

uint32_t vcp_prop_id(const struct vcp_props *props, const char *name)
{
	unsigned int index;
	drmModePropertyPtr prop = find(props, name, &index);
	uint32_t id = prop ? prop->prop_id : 0;

	drmModeFreeProperty(prop);
	return id;
}

bool vcp_prop_value(const struct vcp_props *props, const char *name, uint64_t *value)
{
	const drmModeObjectProperties *list = props->list;
	unsigned int index;
	drmModePropertyPtr prop = find(props, name, &index);

	if (!prop)
		return false;
	*value = list->prop_values[index];
	drmModeFreeProperty(prop);
	return true;
}

bool vcp_prop_enum(const struct vcp_props *props, const char *name, const char *choice,
		   uint64_t *value)
{
	unsigned int index;
	drmModePropertyPtr prop = find(props, name, &index);
	bool found = false;

	for (int i = 0; prop && i < prop->count_enums && !found; i++) {
		found = !strcmp(prop->enums[i].name, choice);
		if (found)
			*value = prop->enums[i].value;
	}
	drmModeFreeProperty(prop);
	return found;
}
