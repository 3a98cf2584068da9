/* Known releases and the ends of their support, compiled from data/os/releases.tsv. */
#pragma once

struct os_release {
    const char *id, *version, *codename; /* empty: none */
    const char *end_of_life;             /* "YYYY-MM-DD"; empty: not known or not set */
    const char *streams;                 /* "lts=YYYY-MM-DD;elts=…": ends of extended support */
};
extern const struct os_release os_releases[]; /* ended by an entry without id */
