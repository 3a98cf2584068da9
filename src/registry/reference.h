/* Names of images in registries, parsed as Docker's clients do: github.com/distribution/reference,
 * the grammar of its doc comment and the rules of ParseNormalizedNamed(). */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

struct reference {
    struct str host;       /* "docker.io", "localhost:5000", "[::1]:5000" */
    struct str repository; /* "library/nginx" */
    struct str tag;        /* "latest"; empty: a digest alone */
    struct str digest;     /* "sha256:..."; empty: none. It decides when both are there. */
};

/* "nginx" becomes docker.io/library/nginx:latest. Views are into the arena. PL_E_USAGE, with what
 * is wrong. */
int reference_parse(struct str text, struct arena *arena, struct reference *ret_reference,
                    struct pl_err *err);
/* "docker.io/library/nginx:1.27", with the digest when there is one. */
struct str reference_text(struct arena *arena, const struct reference *reference);
/* The same without what a person need not write: "nginx:1.27". */
struct str reference_familiar(struct arena *arena, const struct reference *reference);
/* A registry's name alone ("localhost:5000"), or with the beginning of repositories' names behind
 * it ("localhost:5000/team"): the latter in ret_prefix, without a '/' at its end. */
int reference_parse_registry(struct str text, struct arena *arena, struct str *ret_host,
                             struct str *ret_prefix, struct pl_err *err);
