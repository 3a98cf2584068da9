/* A report: all that a scan of one target learned, in the contract's fixed order. Report writers,
 * the store and the C API know this and nothing of where it came from. */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "base/vec.h"
#include "model/advisory.h"
#include "model/os.h"
#include "model/package.h"

enum finding_kind {
    FINDING_VULNERABILITY,
    FINDING_LICENSE,
    FINDING_CONFIG,
    FINDING_SECRET,
    FINDING_PASSWORD,
    FINDING_PERMISSION,
    FINDING_MALWARE,
    FINDING_KIND_COUNT
};
const char *finding_kind_name(enum finding_kind kind);

enum finding_status {
    FINDING_FIXED,
    FINDING_AFFECTED,
    FINDING_WONT_FIX,
    FINDING_DEFERRED,
    FINDING_UNDER_INVESTIGATION,
    FINDING_END_OF_LIFE,
    FINDING_STATUS_COUNT
};
const char *finding_status_name(enum finding_status status);

#define PACKAGE_NONE SIZE_MAX

struct finding {
    enum finding_kind kind;
    struct str id;
    struct str *aliases;
    size_t alias_count;
    struct str title;
    struct str title_local; /* in the person's language; empty: it has none */
    enum severity severity;
    int risk;       /* 0..100 */
    size_t package; /* index into the report's packages, or PACKAGE_NONE */
    struct str installed;
    struct str fixed; /* empty: none */
    enum finding_status status;
    struct str reason;   /* the distribution's word: "no-dsa", "postponed" ...; empty: none */
    struct str fix_date; /* "YYYY-MM-DD": since when there has been a fix; empty: not known */
    /* A fix that exists only for subscribers of an extended-support stream; empty: none. */
    struct str stream_fixed, stream;
    struct cvss_entry *cvss;
    size_t cvss_count;
    struct str *cwes;
    size_t cwe_count;
    struct str published; /* RFC 3339; empty: not known */
    bool has_epss;
    double epss_score, epss_percentile;
    struct str kev_added; /* "YYYY-MM-DD"; empty: not in KEV */
    bool kev_ransomware;
    struct {
        struct str feed; /* "debian", "alpine", "osv" */
        struct str *advisories;
        size_t advisory_count;
        struct str scheme; /* version ordering */
        struct str range;  /* as text: ">= 1.0, < 1.2-3" */
        struct str by;     /* "source", "binary", "name", "purl", "cpe" */
    } match;
    struct str path; /* empty: none; "lib/a.jar!/in/it" of what stands in an archive */
    uint32_t line, end_line, column; /* from 1; 0: not known, or of no text */
    uint32_t layer;                  /* index, or LAYER_NONE */
    bool removed;                    /* a later layer took the file away, or put another there */
    struct str excerpt;              /* of the line, secrets masked; empty: none */
    /* What tells it from others of the same id and path, and never changes with lines or layers: of
     * a secret the keyed hash, of a check what it is about. Part of the fingerprint. */
    struct str identity;
    struct str detail, detail_local; /* what exactly, where the title is of all its kind */
    /* Why it matters, and how to mend it: English, the person's language; empty: the package's
     * fixed version says it. */
    struct str why, why_local, mend, mend_local;
    const char *const *references; /* ended by NULL; NULL: none */
    struct str fingerprint;
    /* Known, but not counted: by what ("ignore", "vex", "baseline", "ownership"), and why. NULL: it
     * counts. */
    const char *suppressed_by;
    struct str suppressed_why, suppressed_local; /* English, the person's language */
    struct str suppressed_until; /* "YYYY-MM-DD": the last day of it; empty: for good */
    struct str owner;            /* who is to mend it, as the policy says; empty: nobody is named */
    bool fails;                  /* it makes the pipeline fail (struct report_verdict) */
};
/* By severity (worst first), id, package, path, line, layer, fingerprint. */
int finding_compare(const struct finding *a, const struct finding *b);
struct report;
/* Puts the findings into that order. */
void report_sort(struct report *report);
/* 0..100, of what is no vulnerability: docs/risk.md. */
int finding_risk(enum finding_kind kind, enum severity severity);
/* Over what stays the same when a tag, a version or a layer changes: the contract's Fingerprint.
 * `root`: report.target.root. `package`: NULL when it is about none. */
struct str finding_fingerprint(struct arena *arena, const struct finding *finding,
                               const struct package *package, struct str root);

struct diagnostic {
    bool error;
    struct str where;   /* file or layer; empty: the target */
    struct str message; /* English */
    struct str local;   /* in the person's language */
    struct str limit;   /* name of a limit of base/limits.h; empty: none */
};

/* Whether something belongs to the image that this one was built on. */
enum base_known { BASE_UNKNOWN, BASE_NO, BASE_YES, BASE_KNOWN_COUNT };

struct report_layer {
    struct str digest, diff_id, created_by;
    enum base_known base;
    uint64_t size; /* UINT64_MAX: not known */
    bool by_toc;   /* read by its table of contents, which may tell something else than it holds */
};

struct report_feed {
    struct str name, updated;
    uint64_t advisories;
};

/* Why the run passes or fails: what was asked for at the prompt or by the policy, held against what
 * was found. */
struct verdict_reason {
    bool fails;                /* false: told only (in grace until ...) */
    struct str message, local; /* English, the person's language */
};
struct report_verdict {
    bool asked; /* something was asked for that can fail */
    bool failed;
    VEC(struct verdict_reason) reasons;
};

struct report {
    struct arena arena; /* owns every string and array of the report */
    bool complete;
    struct {
        const char *kind;
        struct str name, digest, image_id, platform;
        struct str created;      /* RFC 3339, as its config says; empty: not told */
        struct str index_digest; /* of the index that the name stands for; empty: of none */
        struct str root; /* what fingerprints call it: repository, or name of the root folder */
        struct os_info os;
        VEC(struct report_layer) layers;
        /* The image that this one was built on, when its chain ID is known; else empty. */
        struct {
            struct str name, chain_id, known_by; /* known_by: "list", "docker", "podman", "store" */
            size_t layers;                       /* of ours that are its */
        } base;
        /* A bill of materials instead of an image: its file, "CycloneDX 1.6 JSON", and the program
         * that wrote it, as it says; else empty. */
        struct str sbom_file, sbom_format, sbom_tool;
        /* Whether a signature was asked for and found good: by which key (its file), of what kind
         * ("cosign signature"). */
        struct {
            bool asked, verified;
            struct str key, kind;
        } signature;
        struct str purl; /* of what a bill of materials is about; empty: none is told */
    } target;
    struct {
        bool used; /* false: vulnerabilities were not asked for */
        struct str built;
        uint64_t advisories;
        VEC(struct report_feed) feeds;
    } database;
    bool licenses_judged;                /* findings of kind license were asked for */
    bool no_malware;                     /* nothing was given to look for it with */
    bool looked_for[FINDING_KIND_COUNT]; /* the same of kinds that files and configs tell of */
    VEC(struct package) packages;
    VEC(struct finding) findings;
    VEC(struct diagnostic) diagnostics;
    uint64_t diagnostics_left_out; /* past LIMIT_DIAGNOSTICS */
    /* How complete the catalog of packages is, whatever the database can say of them: what of the
     * above was told before it was asked. */
    struct {
        bool complete;
        size_t diagnostics;
    } catalog;
    bool no_feed; /* the database knows nothing of this system's release */
    bool past_end_of_life;
    struct report_verdict verdict;
};

/* Whether findings of the kind were asked for, and could be found. */
bool report_looked_for(const struct report *report, enum finding_kind kind);
void report_free(struct report *report);
/* Adds a diagnostic; an error makes the report incomplete. */
void report_tell(struct report *report, bool error, struct str where, const struct pl_err *message);
void report_tell_text(struct report *report, bool error, struct str where, struct str message,
                      struct str local, struct str limit);
/* "repo/app:1.2" and "repo/app@sha256:…" -> "repo/app": what fingerprints call a target. */
struct str target_root_name(struct str name);
/* Whether the finding's layer is the base image's. Fixes of those come with a newer base. */
enum base_known report_base_of(const struct report *report, const struct finding *finding);
/* Counts of findings that are not suppressed, by severity, and of those that have a fix. */
struct report_counts {
    uint64_t by_severity[SEVERITY_COUNT], by_kind[FINDING_KIND_COUNT];
    uint64_t fixable;
    uint64_t by_base[BASE_KNOWN_COUNT];
    uint64_t suppressed; /* in none of the others */
};
struct report_counts report_count(const struct report *report);
/* Those that are not suppressed, in the report's order; free() it. */
const struct finding **report_counted(const struct report *report, size_t *ret_count);
