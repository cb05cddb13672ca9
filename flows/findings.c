/* findings.c - see findings.h. */
#include "flows/findings.h"

#include "gateway/conf/rules.h"

enum {
    MOST = 12,  /* findings of one report */
    SPOKEN = 3, /* in the receipt */
    BYTES = 4096,
};

static void add_json(struct buf *b, const struct finding *f)
{
    buf_str(b, b->n > 1 ? "," : "");
    buf_str(b, "{\"id\":");
    buf_json(b, f->id);
    buf_printf(b, ",\"v\":%u,\"class\":\"%s\",\"say\":", f->version, urgency_name(f->class));
    buf_json(b, f->say);
    buf_char(b, '}');
}

void findings_of(struct step *s, const struct report *r, const struct child *child, int64_t at_ms,
                 struct findings *out)
{
    struct finding found[MOST];
    unsigned n = s->rules->rules ? rules_findings(s->rules->rules, r->form, r->values, found, MOST) : 0;
    unsigned spoken = 0;
    struct buf json, say;

    (void)child;
    (void)at_ms;
    *out = (struct findings){ .json = S("[]") };
    buf_init(&json, BYTES);
    buf_init(&say, BYTES);
    buf_char(&json, '[');
    for (unsigned i = 0; i < n; i++) {
        add_json(&json, &found[i]);
        if (found[i].nakes_only || spoken == SPOKEN)
            continue;
        buf_str(&say, spoken++ ? ", " : "");
        buf_add(&say, found[i].say);
        if (!out->act.n)
            out->act = found[i].act;
    }
    buf_char(&json, ']');
    out->json = arena_copy(s->arena, buf_slice(&json));
    out->say = arena_copy(s->arena, buf_slice(&say));
    buf_free(&json);
    buf_free(&say);
}
