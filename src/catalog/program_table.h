/* Programs that are known by what their files hold: data/programs/programs.toml, which says what
 * each member means, made into a table by tools/gen_programs.py. */
#pragma once

#include "base/err.h"
#include "base/str.h"
#include "io/content.h"
#include "model/package.h"

struct program {
    const char *name;
    const char *const *cpes;     /* ended by NULL */
    const char *const *files;    /* globs, ended by NULL; NULL: told by go_module or maven */
    const char *const *patterns; /* the better ones first, ended by NULL; NULL: path or go_module */
    const char *path;            /* pattern over the file's path; NULL: none */
    const char *go_module;       /* NULL: none */
    const char *const *maven;    /* ended by NULL; NULL: none */
    unsigned first;              /* number of its first pattern among all */
};
extern const struct program programs[]; /* ended by one without a name */
extern const unsigned program_pattern_count;
extern const char *const program_globs[]; /* of all programs, ended by NULL */

/* The program whose main module this is, with a major version behind it or not; NULL: none. */
const struct program *program_of_module(struct str module);
/* The program that is this jar, "group:artifact"; NULL: none. */
const struct program *program_of_maven(struct str name);
enum { PROGRAM_CPES = 8 };
/* Gives the package the program's CPEs, in `cpes`, which must outlive it. */
void program_add_cpes(const struct program *program, struct package *package,
                      struct str cpes[PROGRAM_CPES]);

enum { PROGRAM_VERSION = 64, PROGRAM_CANDIDATES = 16 };
/* A program that a file may be, and the version that was found: empty when there is none. */
struct program_found {
    const struct program *program;
    char version[PROGRAM_VERSION];
    unsigned rank; /* of the pattern that told it, 0 the best */
};
/* Looks for the versions of `found`, all at once, in the content's first LIMIT_PROGRAM_SCAN bytes.
 * PL_E_UNSUPPORTED when the libraries for it are not installed. */
int program_scan(const struct content *content, struct program_found *found, size_t count,
                 struct pl_err *err);
/* The same without Hyperscan, one pattern after the other: what it does where that is missing. */
int program_scan_slowly(const struct content *content, struct program_found *found, size_t count,
                        struct pl_err *err);
/* The first group of a pattern over a text; false when it does not match or has none. */
bool program_match_text(const char *pattern, struct str text, char ret_version[PROGRAM_VERSION]);
