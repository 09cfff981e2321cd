// SPDX-License-Identifier: GPL-2.0
/*
 * vchiq_bench: measures a VCHIQ driver through /dev/vchiq.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"

#define EXIT_USAGE	2
#define EXIT_NO_DEVICE	3

/**
 * struct options - command line
 * @device: the driver's file
 * @seconds: how long each workload runs
 * @json: print JSON
 */
struct options {
	const char *device;
	double seconds;
	bool json;
};

static void print_usage(FILE *to)
{
	fputs("Usage: vchiq_bench [OPTION...] [WORKLOAD...]\n"
	      "Measures a VCHIQ driver and the firmware behind it, all workloads if none is named.\n"
	      "\n", to);
	for (unsigned int i = 0; i < nr_workloads; i++)
		fprintf(to, "  %-14s %s\n", workloads[i].name, workloads[i].help);
	fputs("\n"
	      "  --device=PATH  instead of /dev/vchiq\n"
	      "  --seconds=S    how long each workload runs (1)\n"
	      "  --json         print a line of JSON for each workload\n"
	      "  --help         this text\n"
	      "  --version      version\n"
	      "\n"
	      "Exit status: 0 done, 1 it failed, 2 wrong usage, 3 no such device.\n", to);
}

static void print_text(const struct workload *load, const struct result *result)
{
	const struct figures *f = &result->figures;

	printf("%-14s %9llu %10.1f %10.1f %11.0f %9.2f %9.1f\n", load->name,
	       (unsigned long long)result->messages, f->p50_us, f->p99_us, f->per_s,
	       f->mb_per_s, result->cpu_us);
}

static void print_json(const struct workload *load, const struct result *result)
{
	const struct figures *f = &result->figures;

	printf("{ \"workload\": \"%s\", \"size\": %u, \"messages\": %llu, ", load->name,
	       load->size, (unsigned long long)result->messages);
	printf("\"p50_us\": %.3f, \"p99_us\": %.3f, ", f->p50_us, f->p99_us);
	printf("\"per_s\": %.1f, \"mb_per_s\": %.4f, ", f->per_s, f->mb_per_s);
	printf("\"cpu_us\": %.3f }\n", result->cpu_us);
}

static int run_one(struct bench *bench, const struct options *opt, const struct workload *load)
{
	struct result result;
	int ret = bench_run(bench, load, &result);

	if (ret) {
		fprintf(stderr, "vchiq_bench: %s: %s\n", load->name, strerror(-ret));
		return 1;
	}
	(opt->json ? print_json : print_text)(load, &result);
	fflush(stdout);
	return 0;
}

static int run_named(struct bench *bench, const struct options *opt, char **names)
{
	int status = 0;

	if (!opt->json)
		printf("%-14s %9s %10s %10s %11s %9s %9s\n", "workload", "messages", "p50 us",
		       "p99 us", "messages/s", "MB/s", "CPU us");
	for (unsigned int i = 0; !*names && i < nr_workloads && !status; i++)
		status = run_one(bench, opt, &workloads[i]);
	for (; *names && !status; names++)
		status = run_one(bench, opt, workload_find(*names));
	return status;
}

static int run_all(const struct options *opt, char **names)
{
	struct bench bench;
	int ret = bench_open(&bench, opt->device, opt->seconds);
	int status;

	if (ret) {
		fprintf(stderr, "vchiq_bench: %s: %s\n", opt->device ? opt->device : VCQ_DEVICE,
			strerror(-ret));
		return EXIT_NO_DEVICE;
	}
	status = run_named(&bench, opt, names);
	bench_close(&bench);
	return status;
}

static int check_names(char **names)
{
	for (; *names; names++) {
		if (!workload_find(*names)) {
			fprintf(stderr, "vchiq_bench: %s: no such workload\n", *names);
			return -EINVAL;
		}
	}
	return 0;
}

static int set_seconds(struct options *opt, const char *text)
{
	char *end;

	opt->seconds = strtod(text, &end);
	if (end == text || *end || !(opt->seconds > 0) || opt->seconds > 60) {
		fprintf(stderr, "vchiq_bench: %s: more than 0, at most 60 seconds\n", text);
		return -EINVAL;
	}
	return 0;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "device", required_argument, NULL, 'd' },
		{ "seconds", required_argument, NULL, 's' },
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ 0 },
	};
	struct options opt = { .seconds = 1 };
	int letter;

	while ((letter = getopt_long(argc, argv, "d:s:jhV", options, NULL)) != -1) {
		switch (letter) {
		case 'd':
			opt.device = optarg;
			break;
		case 's':
			if (set_seconds(&opt, optarg))
				return EXIT_USAGE;
			break;
		case 'j':
			opt.json = true;
			break;
		case 'h':
			print_usage(stdout);
			return 0;
		case 'V':
			puts("vchiq_bench " VC_VERSION);
			return 0;
		default:
			print_usage(stderr);
			return EXIT_USAGE;
		}
	}
	return check_names(argv + optind) ? EXIT_USAGE : run_all(&opt, argv + optind);
}
