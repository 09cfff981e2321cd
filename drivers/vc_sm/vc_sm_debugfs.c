// SPDX-License-Identifier: GPL-2.0
/*
 * debugfs: /sys/kernel/debug/vc_sm/{imports,buffers,stats}.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <linux/debugfs.h>
#include <linux/jiffies.h>
#include <linux/seq_file.h>

#include "vc_sm_priv.h"

/* One word of a table, whatever is in it. */
void vc_sm_show_word(struct seq_file *s, const char *word)
{
	if (word[0])
		seq_escape(s, word, " \t\n\\");
	else
		seq_putc(s, '-');
}

static void vc_sm_show_import(struct seq_file *s,
			      const struct vc_sm_import *import)
{
	unsigned long freeing_ms = 0;

	/* What to look at when the VPU does not give memory back. */
	if (import->state == VC_SM_FREEING)
		freeing_ms = jiffies_to_msecs(jiffies - import->freed);
	seq_printf(s, "%9u %#10x %#10x %10u %-9s %7d %8u %8lu %5u %9lu ",
		   import->kernel_id, import->vc_handle, import->bus,
		   import->size, vc_sm_state_name(import->state),
		   import->owner, jiffies_to_msecs(jiffies - import->created),
		   freeing_ms, import->users, import->inode);
	vc_sm_show_word(s, import->dmabuf ? import->dmabuf->exp_name :
			   import->is_adopted ? "videocore" : "vc_sm");
	seq_putc(s, ' ');
	vc_sm_show_word(s, import->name);
	seq_putc(s, '\n');
}

static int vc_sm_imports_show(struct seq_file *s, void *unused)
{
	struct vc_sm *sm = s->private;
	struct vc_sm_import *import;
	unsigned long id;

	seq_puts(s, "kernel_id     handle        bus       size state       owner   age_ms  free_ms users     inode exporter name\n");
	guard(spinlock)(&sm->lock);
	xa_for_each(&sm->imports, id, import)
		vc_sm_show_import(s, import);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(vc_sm_imports);

static int vc_sm_dmabufs_show(struct seq_file *s, void *unused)
{
	seq_puts(s, "    inode     handle        bus       size memory   owner   age_ms importers name\n");
	vc_sm_buffers_show(s->private, s);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(vc_sm_dmabufs);

static int vc_sm_stats_show(struct seq_file *s, void *unused)
{
	struct vc_sm *sm = s->private;
	struct vc_sm_stats stats;
	bool reports_release;

	scoped_guard(spinlock, &sm->lock) {
		stats = sm->stats;
		reports_release = sm->reports_release;
	}
	seq_printf(s, "reports_release %d\n", reports_release);
	seq_printf(s, "imports %llu\n", stats.imports);
	seq_printf(s, "shared %llu\n", stats.shared);
	seq_printf(s, "released %llu\n", stats.released);
	seq_printf(s, "failed %llu\n", stats.failed);
	seq_printf(s, "abandoned %llu\n", stats.abandoned);
	seq_printf(s, "late_replies %llu\n", stats.late_replies);
	seq_printf(s, "violations %llu\n", stats.violations);
	seq_printf(s, "vpu_requests %llu\n", stats.vpu_requests);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(vc_sm_stats);

void vc_sm_debugfs_create(struct vc_sm *sm)
{
	sm->debugfs = debugfs_create_dir(sm->misc_name, NULL);
	debugfs_create_file("imports", 0400, sm->debugfs, sm,
			    &vc_sm_imports_fops);
	debugfs_create_file("buffers", 0400, sm->debugfs, sm,
			    &vc_sm_dmabufs_fops);
	debugfs_create_file("stats", 0400, sm->debugfs, sm, &vc_sm_stats_fops);
}
