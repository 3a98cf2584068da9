/* Which operating system a tree of files is, what support it uses, and where advisories speak of
 * it. Sources: os-release(5), the distributions' older release files, OSV's "Defined ecosystems".
 */
#pragma once

#include "base/arena.h"
#include "model/os.h"

/* The small files that tell of the system (cataloger_os_files names them all). */
struct os_files {
    void *context;
    /* False when the image has no such file. The content lives as long as the files do. */
    bool (*get)(void *context, const char *path, struct str *ret_content);
    /* All files that match a glob, in any order. NULL: only what has a fixed name is looked at, so
     * that extended support which is set up in files of any name stays unseen. */
    void (*each)(void *context, const char *pattern,
                 void (*visit)(void *visit_context, struct str content), void *visit_context);
};

/* Fills *ret (strings in the arena); returns 1, or 0 when nothing tells of a system (ret->id is
 * empty). Decisions:
 * - `version` is VERSION_ID as it stands ("12", "3.19.1"); Debian's point release is not mixed in.
 * - `codename` of a derivative that takes its packages from Debian or Ubuntu is the parent's, since
 * that is what advisories go by. "sid" and "edge" are told by the package sources.
 * - `end_of_life` is that of the support which the system uses: Debian's includes LTS, which comes
 * from the same archive; ELTS, ESM, EUS and so on count only where they are set up (`streams`). */
int os_detect(struct arena *arena, struct os_info *ret, const struct os_files *files);

/* The date of the support that the system uses, and that stream's name (empty: the ordinary one).
 * False when it is not known or when there is none (rolling systems). */
bool os_end_of_life(const struct os_info *os, struct str *ret_date, struct str *ret_stream);

/* A namespace of the advisory database (vulndb/vulndb.h). */
struct os_namespace {
    struct str name;   /* "Debian:12" */
    struct str stream; /* extended support that its fixes need; empty: none */
    bool out_of_reach; /* the system does not use that stream: such a fix needs a subscription */
};
/* Those to ask, most specific first; none for a system whose packages no known feed describes. */
int os_namespaces(const struct os_info *os, struct arena *arena, struct os_namespace **ret,
                  size_t *ret_count);

/* ---- shared by the files of this module ---- */

/* True when the word stands in ID_LIKE. */
bool os_is_like(const struct os_info *os, const char *id);
bool os_uses_stream(const struct os_info *os, const char *stream);
/* The system whose packages this one uses unchanged: itself, or the parent of a derivative whose
 * versions carry over ("raspbian" 12 -> "debian" 12). Id empty: none. CentOS Stream is
 * "centos-stream". Version empty: only a codename is known, or it is rolling. */
void os_origin(const struct os_info *os, struct str *ret_id, struct str *ret_version);
/* "9" of "9.4" */
struct str os_major(struct str version);
/* Fills the streams that the package sources and subscriptions tell of. */
void os_find_streams(struct os_info *os, const struct os_files *files);
/* Fills id, version, name and so on from os-release or the older files. */
void os_read_release(struct os_info *os, struct arena *arena, const struct os_files *files);
