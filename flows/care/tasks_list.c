/* tasks_list.c - see tasks_list.h.
 *
 * SUBJECT_POSYANDU "PSY001/tugas": {"tasks":[{"anak":"1041","nama":"Siti Aminah","why":"2t","dose":"MR
 * 1","day":20770}]}, one task a person, the oldest leaves when it is full. */
#include "flows/care/tasks_list.h"

#include <string.h>

#include "flows/step/blob.h"

enum {
    DAYS = 60,       /* a task is forgotten */
    KEEP_DAYS = 100, /* the list: longer than the timer of any child waits */
};

static const int64_t day_ms = INT64_C(86400000);

#define TASK(key, m) MEMBER(struct task, key, m)
CODEC(task_codec, struct task, TASK(anak, anak), TASK(nama, nama), TASK(why, why), TASK(dose, dose),
      TASK(day, day));
CODEC(tasks_codec, struct tasks, MEMBER_LIST(struct tasks, tasks, all, n, task_codec),
      MEMBER_SLICES(struct tasks, gone, gone, gone_n));

struct slice tasks_list_id(struct slice posyandu, struct arena *a)
{
    return ARENA_JOIN(a, posyandu, S("/tugas"));
}

bool tasks_subjects(struct slice posyandu, struct arena *a, struct intent *intent)
{
    return !posyandu.n || intent_add(intent, SUBJECT_POSYANDU, tasks_list_id(posyandu, a));
}

void tasks_load(struct step *s, struct slice posyandu, struct tasks *t)
{
    const struct node *o;

    t->id = tasks_list_id(posyandu, s->arena);
    o = blob_parse(step_blob(s, SUBJECT_POSYANDU, t->id), s->arena);
    (void)codec_get(o, &tasks_codec, t);
    for (unsigned i = t->n; i-- > 0;)
        if (t->all[i].day + DAYS <= step_today(s))
            tasks_remove(t, i);
}

void tasks_save(struct step *s, const struct tasks *t)
{
    struct node *o = blob_new(s->arena);

    codec_put(o, &tasks_codec, t);
    step_write(s, SUBJECT_POSYANDU, t->id, blob_done(o, s->arena), KEEP_DAYS * day_ms);
}

void tasks_remove(struct tasks *t, unsigned i)
{
    memmove(&t->all[i], &t->all[i + 1], (t->n - i - 1) * sizeof t->all[0]);
    t->n--;
}

struct slice tasks_key(const struct step *s, struct slice nama)
{
    const struct word_list *list = list_by_name(&s->rules->forms, S("kata"));
    const struct word *titles = list ? word_by_code(list, S("penanda_tangan")) : NULL;
    struct slice key = child_key(nama, s->arena), rest = key, first = slice_cut(&rest, ' ');

    for (unsigned i = 0; rest.n && titles && i < titles->synonyms_n; i++)
        if (slice_ieq(titles->synonyms[i], first))
            return rest;
    return key;
}

int tasks_gone_at(const struct step *s, const struct tasks *t, struct slice nama)
{
    struct slice key = tasks_key(s, nama);

    for (unsigned i = 0; i < t->gone_n; i++)
        if (slice_eq(t->gone[i], key))
            return (int)i;
    return -1;
}

bool tasks_set_gone(const struct step *s, struct tasks *t, struct slice nama, bool gone)
{
    int at = tasks_gone_at(s, t, nama);

    if ((at >= 0) == gone)
        return false;
    if (!gone || t->gone_n == GONE) {
        unsigned i = gone ? 0 : (unsigned)at;

        memmove(&t->gone[i], &t->gone[i + 1], (t->gone_n - i - 1) * sizeof t->gone[0]);
        t->gone_n--;
    }
    if (gone)
        t->gone[t->gone_n++] = tasks_key(s, nama);
    return true;
}

void tasks_add(struct step *s, struct tasks *t, struct slice anak, struct slice nama, struct slice why)
{
    if (tasks_gone_at(s, t, nama) >= 0)
        return;
    if (t->n == TASKS)
        tasks_remove(t, 0);
    t->all[t->n++] = (struct task){ .anak = anak, .nama = nama, .why = why, .day = step_today(s) };
}

int tasks_of_child(const struct tasks *t, struct slice anak)
{
    for (unsigned i = 0; i < t->n; i++)
        if (anak.n && slice_eq(t->all[i].anak, anak))
            return (int)i;
    return -1;
}

int tasks_of_name(struct step *s, const struct tasks *t, struct slice nama)
{
    struct slice key = tasks_key(s, nama);
    int found = -1;

    for (unsigned i = 0; key.n && i < t->n; i++) {
        struct slice other = tasks_key(s, t->all[i].nama);

        if (slice_eq(other, key))
            return (int)i;
        if (other.n > key.n && other.p[key.n] == ' ' && slice_eq(slice_take(other, key.n), key))
            found = found == -1 ? (int)i : -2;
    }
    return found >= 0 ? found : -1;
}

static void end_when_empty(struct tasks *t, int i)
{
    if (i >= 0 && !t->all[i].why.n && !t->all[i].dose.n)
        tasks_remove(t, (unsigned)i);
}

void tasks_set_why(struct step *s, struct tasks *t, const struct child *c, struct slice why)
{
    int i = tasks_of_child(t, c->nomor);

    if (i < 0 && why.n) {
        tasks_add(s, t, c->nomor, c->nama, why);
    } else if (i >= 0) {
        t->all[i].why = why;
        t->all[i].day = step_today(s);
        end_when_empty(t, i);
    }
}

bool tasks_set_dose(struct step *s, struct tasks *t, const struct child *c, struct slice dose)
{
    int i = tasks_of_child(t, c->nomor);

    if (i < 0 && dose.n) {
        tasks_add(s, t, c->nomor, c->nama, slice_make("", 0));
        i = (int)t->n - 1;
    }
    if (i < 0 || (!dose.n && !t->all[i].dose.n))
        return false;
    t->all[i].dose = dose;
    if (dose.n)
        t->all[i].day = step_today(s);
    end_when_empty(t, i);
    return true;
}
