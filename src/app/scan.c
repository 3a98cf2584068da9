#include "app/scan.h"

#include <stdlib.h>

#include "app/collect.h"
#include "app/config_texts.h"
#include "app/depends.h"
#include "app/evaluate.h"
#include "app/image_checks.h"
#include "app/image_context.h"
#include "app/jars.h"
#include "app/licenses.h"
#include "app/scan_sbom.h"
#include "app/target_registry.h"
#include "base/path.h"
#include "catalog/os.h"
#include "io/json_doc.h"
#include "match/match.h"
#include "model/purl.h"
#include "registry/client.h"
#include "registry/reference.h"

/* ---- which catalogers ---- */

static int choose_catalogers(struct str list, bool **ret_enabled, struct pl_err *err)
{
    size_t count = 0;
    while (catalogers[count])
        count++;
    *ret_enabled = NULL;
    if (list.len == 0)
        return 0;
    bool *enabled = mem_zalloc(count, sizeof(*enabled));
    struct str word;
    while (str_cut(&list, ',', &word)) {
        bool known = false;
        word = str_trim(word);
        for (size_t i = 0; i < count; i++)
            if (str_is(word, catalogers[i]->name) || str_is(word, catalogers[i]->group))
                known = enabled[i] = true;
        if (known || word.len == 0)
            continue;
        free(enabled);
        return err_set(err, PL_E_USAGE,
                       "there is no cataloger or group \"%.*s\"; see: plimsoll list catalogers",
                       STR_ARG(word));
    }
    /* What tells the system is needed by all of them. */
    for (size_t i = 0; i < count; i++)
        if (catalogers[i]->mode == CATALOG_KEEP)
            enabled[i] = true;
    *ret_enabled = enabled;
    return 0;
}

/* ---- the target ---- */

/* What fingerprints call the target: a name of Docker Hub as an archive of docker save has it, so
 * that a finding is the same wherever the image came from. */
static struct str root_of(const struct image *image, struct arena *arena)
{
    bool named = !str_equal(image->name, image->path);
    struct str root = named ? target_root_name(image->name) : path_base(image->path);
    struct reference reference;
    struct pl_err ignored;
    bool full = named && image->kind >= TARGET_REGISTRY && image->kind != TARGET_CONTAINER;
    if (full && reference_parse(image->name, arena, &reference, &ignored) == 0)
        root = target_root_name(reference_familiar(arena, &reference));
    return root.len ? root : image->path; /* "/" */
}

/* When it was made, as its config says. */
static struct str created_of(const struct image *image, struct arena *arena)
{
    AUTO_JSON *config = NULL;
    struct pl_err ignored;
    if (image->config.len == 0 || json_document(image->config, &config, &ignored) < 0)
        return STR_NONE;
    return arena_str(arena, json_text(config, "created"));
}

static void describe_target(struct report *report, const struct image *image)
{
    struct arena *arena = &report->arena;
    report->target.kind = target_kind_name(image->kind);
    report->target.name = arena_str(arena, image->name);
    report->target.digest = arena_str(arena, image->digest);
    if (!str_equal(image->top_digest, image->digest))
        report->target.index_digest = arena_str(arena, image->top_digest);
    report->target.image_id = arena_str(arena, image->image_id);
    report->target.platform = arena_str(arena, image->platform);
    report->target.root = arena_str(arena, root_of(image, arena));
    report->target.created = created_of(image, arena);
    for (size_t i = 0; i < image->layers.count; i++) {
        const struct image_layer *layer = &image->layers.items[i];
        *VEC_ADD(&report->target.layers) = (struct report_layer){
            .digest = arena_str(arena, layer->digest),
            .diff_id = arena_str(arena, layer->diff_id),
            .created_by = arena_str(arena, layer->created_by),
            .size = layer->size,
        };
    }
    for (size_t i = 0; i < image->problems.count; i++)
        report_tell(report, true, STR_NONE, &image->problems.items[i]);
    for (size_t i = 0; i < image->notes.count; i++)
        report_tell(report, false, STR_NONE, &image->notes.items[i]);
}

static bool get_kept(void *context, const char *path, struct str *ret_content)
{
    return collection_get(context, str_of(path), ret_content);
}

static void each_kept(void *context, const char *pattern,
                      void (*visit)(void *visit_context, struct str content), void *visit_context)
{
    collection_each(context, str_of(pattern), visit, visit_context);
}

static void detect_system(struct report *report, const struct collection *collection)
{
    struct os_files files = {
        .context = (void *)(uintptr_t)collection, .get = get_kept, .each = each_kept};
    os_detect(&report->arena, &report->target.os, &files);
    for (size_t i = 0; i < report->packages.count; i++)
        report->packages.items[i].purl =
            purl_of(&report->arena, &report->packages.items[i], &report->target.os);
}

/* Which layers were read by their tables of contents, and why others were not. */
static void tell_tables(const struct image *image, struct report *report)
{
    for (size_t i = 0; i < image->layers.count; i++) {
        const struct image_layer *layer = &image->layers.items[i];
        report->target.layers.items[i].by_toc = layer->toc != NULL;
        if (layer->toc_problem)
            report_tell(report, false, layer->digest, layer->toc_problem);
    }
}

/* The layers' packages. */
static void read_layers(struct image *image, const struct scan_options *options,
                        const bool *enabled, const struct vulndb *db, struct report *report)
{
    struct image_context context;
    if (options->inspect)
        image_context_make(&context, &options->inspect->inspectors, image);
    struct collect_options collect_options = {
        .enabled = enabled,
        .jobs = options->jobs,
        .verify = options->verify,
        .details = options->details,
        .progress = options->progress,
        .cache = options->cache,
        .counts = options->counts,
        .inspectors = options->inspect ? &context.inspectors : NULL,
    };
    struct collection collection = {0};
    collect(image, &collect_options, report, &collection);
    tell_tables(image, report);
    detect_system(report, &collection);
    jars_resolve(report, db);
    depends_resolve(report);
    licenses_normalize(report, false);
    licenses_from_texts(report, &collection);
    collection_free(&collection);
}

/* Whether an attached bill of materials told the packages. */
static bool read_attached(const struct image *image, const struct scan_options *options,
                          struct attached *attached, struct report *report)
{
    struct attached_wanted wanted = {
        .signatures = options->attached.trust && trust_policy_keys(options->attached.trust).count,
        .documents = options->attached.sbom || options->attached.vex,
    };
    attached_read(image, wanted, attached);
    return attached_use_sbom(image, attached, &options->attached, report);
}

static void judge_trust(const struct image *image, const struct scan_options *options,
                        struct report *report)
{
    const struct repository *repository = target_repository(image);
    if (options->attached.trust)
        trust_policy_apply(options->attached.trust, report,
                           repository ? repository_name(repository, &report->arena) : STR_NONE);
}

/* What is looked for besides packages: in the config here, in files while the layers are read. */
static void look_into_files(const struct image *image, const struct scan_options *options,
                            bool sbom_used, struct report *report)
{
    const struct inspect_setup *inspect = options->inspect;
    struct pl_err note;
    for (size_t i = 0; i < inspect->missing.count; i++)
        report_tell(report, true, STR_NONE, &inspect->missing.items[i]);
    report->no_malware = inspect->no_malware;
    config_texts_inspect(inspect, image, report);
    if (inspect->config)
        image_checks_run(&inspect->checks, image, report);
    if (sbom_used && inspect->inspectors.count) {
        err_set(&note, PL_E_UNSUPPORTED,
                "the attached bill of materials took the place of the layers: their files were not "
                "looked into for secrets and other things");
        report_tell(report, false, STR_NONE, &note);
        return;
    }
    for (size_t i = 0; i < inspect->inspectors.count; i++)
        report->looked_for[inspect->inspectors.items[i].class->kind] = true;
}

/* Fills target and packages from an image or a root folder. */
static int scan_image(struct str target, const struct scan_options *options, const bool *enabled,
                      const struct vulndb *db, struct report *report, struct pl_err *err)
{
    CLEANUP(image_closep) struct image *image = NULL;
    struct target_options target_options = options->target;
    target_options.platform = options->platform;
    target_options.progress = options->progress;
    target_options.verify = options->verify;
    int r = target_open(target, &target_options, &image, err);
    if (r < 0)
        return r;
    AUTO_ATTACHED attached = {0};
    bool sbom_used = false;
    if (attached_is_asked_for(&options->attached))
        sbom_used = read_attached(image, options, &attached, report);
    describe_target(report, image);
    attached_use(image, &attached, &options->attached, report);
    judge_trust(image, options, report);
    if (options->inspect)
        look_into_files(image, options, sbom_used, report);
    if (!sbom_used)
        read_layers(image, options, enabled, db, report);
    return 0;
}

int scan_target(struct str target, const struct scan_options *options, struct report *report,
                struct pl_err *err)
{
    CLEANUP(vulndb_closep) struct vulndb *db = NULL;
    AUTO_FREE bool *enabled = NULL;
    struct evaluate_options evaluate_options = {
        .database = options->database,
        .max_age = options->max_age,
    };
    report->complete = true;
    bool all = options->catalogers.len || !options->files_only;
    int r = choose_catalogers(all ? options->catalogers : STR("os"), &enabled, err);
    if (r == 0 && options->database)
        r = evaluate_open(&evaluate_options, &db, err);
    if (r == 0 && options->files_only && scan_is_sbom(target))
        r = err_set(err, PL_E_USAGE,
                    "a bill of materials has no files: only vulnerabilities and licences can be "
                    "looked for in it");
    if (r == 0)
        r = scan_is_sbom(target) ? scan_sbom(target, report, err)
                                 : scan_image(target, options, enabled, db, report, err);
    if (r < 0)
        return r;
    if (db && report->target.sbom_file.len)
        jars_resolve(report, db); /* the document was made without one, or with an older one */
    report->catalog.complete = report->complete;
    report->catalog.diagnostics = report->diagnostics.count;
    if (!options->files_only)
        evaluate_system(report);
    if (db)
        r = evaluate(report, db, &evaluate_options, err);
    if (r == 0 && options->licenses)
        license_policy_apply(options->licenses, report);
    report_sort(report);
    return r;
}
