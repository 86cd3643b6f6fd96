// Two threads inside one inference: a helper that spins between steps and parks when nothing comes for a while.
//
// Half of a shared step is on offer while the caller does the other half. A helper that is awake takes it, and with it the
// second half of every shared step to come; from then on each thread says how far it is and waits only for that of the
// other. Until then the caller does both halves, so it never waits for a thread that is not running.
#ifndef _GNU_SOURCE
#define _GNU_SOURCE  // affinities
#endif
#include "include/inference.h"
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>

// A step's barrier costs well under a microsecond while both threads spin; waking a parked helper costs tens.
#define SPINS_BEFORE_PARKING 20000
#define SPINS_BEFORE_YIELDING 2000

struct sk_team {
    pthread_t helper;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    _Alignas(64) atomic_ullong offer;    // step whose second half a helper may take; 0: none
    _Alignas(64) atomic_ullong reached;  // the first step that the caller has not done its part of
    _Alignas(64) atomic_ullong done;     // the last step whose half the helper finished
    _Alignas(64) atomic_bool parked;
    atomic_bool stop;
    // The run at hand, set before its first offer.
    const sk_step *steps;
    const bool *shared;
    int64_t count;
    unsigned long long first;            // number of the first of `steps`
    int caller;                          // the processor that the helper keeps away from
};

static void relax(void) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

/// Keeps the helper off the caller's processor, where schedulers like to put a thread that is woken: there it would run
/// only once the caller waits for it.
static void keep_apart(sk_team *team) {
#if defined(__linux__)
    int caller = sched_getcpu();
    cpu_set_t allowed;
    if (caller < 0 || caller == team->caller || sched_getaffinity(0, sizeof allowed, &allowed)) return;
    CPU_CLR(caller, &allowed);
    if (CPU_COUNT(&allowed) && !pthread_setaffinity_np(team->helper, sizeof allowed, &allowed)) team->caller = caller;
#else
    (void)team;
#endif
}

/// Sleeps until the caller says that something is on offer.
static void park(sk_team *team) {
    pthread_mutex_lock(&team->lock);
    atomic_store(&team->parked, true);
    if (atomic_load(&team->offer) || atomic_load(&team->stop)) atomic_store(&team->parked, false);
    while (atomic_load(&team->parked)) pthread_cond_wait(&team->wake, &team->lock);
    pthread_mutex_unlock(&team->lock);
}

static void wake(sk_team *team) {
    if (!atomic_load(&team->parked)) return;
    keep_apart(team);
    pthread_mutex_lock(&team->lock);
    atomic_store(&team->parked, false);
    pthread_cond_signal(&team->wake);
    pthread_mutex_unlock(&team->lock);
}

/// Whether this thread now has the half that was on offer.
static bool take(sk_team *team, unsigned long long number) {
    return atomic_compare_exchange_strong(&team->offer, &number, 0);
}

/// Waits until `counter` is at least `number`; what was written before it got there can be read then.
static void wait_for(atomic_ullong *counter, unsigned long long number) {
    int spins = 0;
    while (atomic_load_explicit(counter, memory_order_acquire) < number) {
        if (++spins < SPINS_BEFORE_YIELDING) relax();
        else sched_yield();
    }
}

/// The second half of step `number`, and of every shared one after it.
static void help_from(sk_team *team, unsigned long long number) {
    const sk_step *steps = team->steps;
    const bool *shared = team->shared;
    int64_t count = team->count, i = (int64_t)(number - team->first);
    for (unsigned long long first = team->first; i < count; i++) {
        if (!shared[i]) continue;
        wait_for(&team->reached, first + (unsigned long long)i);
        steps[i].run(&steps[i], 1, 2);
        atomic_store_explicit(&team->done, first + (unsigned long long)i, memory_order_release);
    }
}

static void *help(void *argument) {
    sk_team *team = argument;
    for (int spins = 0; !atomic_load_explicit(&team->stop, memory_order_relaxed); spins++) {
        unsigned long long number = atomic_load_explicit(&team->offer, memory_order_acquire);
        if (number && take(team, number)) {
            help_from(team, number);
            spins = 0;
        } else if (spins < SPINS_BEFORE_PARKING) {
            relax();
        } else {
            park(team);
            spins = 0;
        }
    }
    return 0;
}

sk_team *sk_team_create(void) {
    sk_team *team = aligned_alloc(64, sizeof(sk_team));
    if (!team) return 0;
    *team = (sk_team){.first = 1, .caller = -1};
    pthread_mutex_init(&team->lock, 0);
    pthread_cond_init(&team->wake, 0);
    if (pthread_create(&team->helper, 0, help, team) == 0) {
        keep_apart(team);
        return team;
    }
    pthread_mutex_destroy(&team->lock);
    pthread_cond_destroy(&team->wake);
    free(team);
    return 0;
}

void sk_team_destroy(sk_team *team) {
    atomic_store(&team->stop, true);
    wake(team);
    pthread_join(team->helper, 0);
    pthread_mutex_destroy(&team->lock);
    pthread_cond_destroy(&team->wake);
    free(team);
}

/// Runs a step's first half, and the second too unless the helper takes it: whether it did.
static bool run_with_offer(sk_team *team, const sk_step *step, unsigned long long number) {
    atomic_store(&team->offer, number);
    wake(team);
    step->run(step, 0, 2);
    if (!take(team, number)) return true;
    step->run(step, 1, 2);
    return false;
}

void sk_team_run(sk_team *team, const sk_step *steps, const bool *shared, int64_t count) {
    unsigned long long first = team->first + (unsigned long long)team->count, halves = 0;  // the last step shared with the helper
    team->steps = steps, team->shared = shared, team->count = count, team->first = first;
    bool is_helped = false;
    for (int64_t i = 0; i < count; i++) {
        unsigned long long number = first + (unsigned long long)i;
        if (halves) wait_for(&team->done, halves);
        if (!shared[i]) {
            steps[i].run(&steps[i], 0, 1);
        } else if (is_helped) {
            steps[i].run(&steps[i], 0, 2);
            halves = number;
        } else {
            is_helped = run_with_offer(team, &steps[i], number);
            halves = is_helped ? number : 0;
        }
        atomic_store_explicit(&team->reached, number + 1, memory_order_release);
    }
    if (halves) wait_for(&team->done, halves);
}
