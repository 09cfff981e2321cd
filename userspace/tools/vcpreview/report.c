// SPDX-License-Identifier: GPL-2.0
/*
 * What is reported: a line while it runs, a table or JSON at the end.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <errno.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <json-c/json.h>

#include "vcpreview.h"

static unsigned long frames(const struct vcp_preview *p)
{
	return p->dpy ? p->stats.displayed : p->stats.captured;
}

void vcp_report_line(const struct vcp_preview *p)
{
	fprintf(stderr, "\r%6.2f fps  %lu frames  %lu dropped  latency %.1f ms \033[K",
		vcp_stats_fps(&p->stats, !p->dpy), frames(p), vcp_stats_dropped(&p->stats),
		vcp_stats_percentile(&p->stats, 0.5));
	fflush(stderr);
}

static double per_frame_ms(const struct vcp_preview *p, int64_t us)
{
	return frames(p) ? us / 1000.0 / frames(p) : 0;
}

void vcp_report_table(const struct vcp_preview *p)
{
	const struct vcp_stats *s = &p->stats;

	if (isatty(STDERR_FILENO))
		fputc('\n', stderr);
	printf("camera            %s (%s), %ux%u %s\n", p->cam->path, p->cam->driver,
	       p->opt->width, p->opt->height, p->opt->format->name);
	if (p->dpy)
		printf("display           %s (%s), %s %s\n", p->dpy->path, p->dpy->driver,
		       p->dpy->connector, p->dpy->mode_name);
	printf("path              %s, %u buffers\n", vcp_path_name(p->opt->path),
	       p->cam->nr_buffers);
	printf("frames captured   %lu\n", s->captured);
	printf("frames displayed  %lu\n", s->displayed);
	printf("frames dropped    %lu (%lu replaced by newer, %lu lost, %lu bad)\n",
	       vcp_stats_dropped(s), s->replaced, s->lost, s->bad);
	printf("rate              %.2f fps\n", vcp_stats_fps(s, !p->dpy));
	if (s->nr_latencies)
		printf("latency           %.1f ms (median), %.1f ms (99 %%), capture to scan-out\n",
		       vcp_stats_percentile(s, 0.5), vcp_stats_percentile(s, 0.99));
	printf("bytes copied      %llu\n", (unsigned long long)s->bytes_copied);
	printf("processor time    %.2f ms per frame (%.2f ms in vcpreview)\n",
	       per_frame_ms(p, s->cpu.guest_us), per_frame_ms(p, s->cpu.self_us));
}

static struct json_object *latency_object(const struct vcp_stats *s)
{
	struct json_object *out;

	if (!s->nr_latencies)
		return NULL;
	out = json_object_new_object();
	json_object_object_add(out, "p50", json_object_new_double(vcp_stats_percentile(s, 0.5)));
	json_object_object_add(out, "p99", json_object_new_double(vcp_stats_percentile(s, 0.99)));
	json_object_object_add(out, "max", json_object_new_double(vcp_stats_percentile(s, 1)));
	return out;
}

static struct json_object *drops_object(const struct vcp_stats *s)
{
	struct json_object *out = json_object_new_object();

	json_object_object_add(out, "replaced", json_object_new_int64(s->replaced));
	json_object_object_add(out, "lost", json_object_new_int64(s->lost));
	json_object_object_add(out, "bad", json_object_new_int64(s->bad));
	return out;
}

static void add_setup(struct json_object *out, const struct vcp_preview *p)
{
	char size[32];
	struct utsname uts;

	uname(&uts);
	snprintf(size, sizeof(size), "%ux%u", p->opt->width, p->opt->height);
	json_object_object_add(out, "path", json_object_new_string(vcp_path_name(p->opt->path)));
	json_object_object_add(out, "size", json_object_new_string(size));
	json_object_object_add(out, "format", json_object_new_string(p->opt->format->name));
	json_object_object_add(out, "buffers", json_object_new_int(p->cam->nr_buffers));
	json_object_object_add(out, "still", json_object_new_boolean(p->opt->still));
	json_object_object_add(out, "camera", json_object_new_string(p->cam->driver));
	json_object_object_add(out, "display",
			       p->dpy ? json_object_new_string(p->dpy->driver) : NULL);
	json_object_object_add(out, "mode",
			       p->dpy ? json_object_new_string(p->dpy->mode_name) : NULL);
	json_object_object_add(out, "kernel", json_object_new_string(uts.release));
}

static void add_results(struct json_object *out, const struct vcp_preview *p)
{
	const struct vcp_stats *s = &p->stats;

	json_object_object_add(out, "seconds",
			       json_object_new_double((s->last_us - s->first_us) / 1e6));
	json_object_object_add(out, "frames_captured", json_object_new_int64(s->captured));
	json_object_object_add(out, "frames_displayed", json_object_new_int64(s->displayed));
	json_object_object_add(out, "frames_dropped",
			       json_object_new_int64(vcp_stats_dropped(s)));
	json_object_object_add(out, "drops", drops_object(s));
	json_object_object_add(out, "fps", json_object_new_double(vcp_stats_fps(s, !p->dpy)));
	json_object_object_add(out, "latency_ms", latency_object(s));
	json_object_object_add(out, "bytes_copied", json_object_new_int64(s->bytes_copied));
	json_object_object_add(out, "cpu_ms_per_frame",
			       json_object_new_double(per_frame_ms(p, s->cpu.guest_us)));
	json_object_object_add(out, "own_cpu_ms_per_frame",
			       json_object_new_double(per_frame_ms(p, s->cpu.self_us)));
}

static int write_stdout(const char *text)
{
	if (puts(text) < 0 || fflush(stdout))
		return vcp_fail(VCP_FAILED, "standard output: %s", strerror(errno));
	return 0;
}

static int write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "we");
	bool good;

	if (!file)
		return vcp_fail(VCP_FAILED, "%s: %s", path, strerror(errno));
	good = fprintf(file, "%s\n", text) >= 0;
	if (fclose(file))
		good = false;
	return good ? 0 : vcp_fail(VCP_FAILED, "%s: %s", path, strerror(errno));
}

int vcp_report_json(const struct vcp_preview *p)
{
	struct json_object *out = json_object_new_object();
	const char *text;
	int ret;

	add_setup(out, p);
	add_results(out, p);
	text = json_object_to_json_string_ext(out, JSON_C_TO_STRING_PRETTY);
	ret = vcp_is_stdout(p->opt->json) ? write_stdout(text) : write_file(p->opt->json, text);
	json_object_put(out);
	return ret;
}
