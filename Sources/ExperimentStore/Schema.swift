/// The tables, as a list of steps that lead from an empty file to the present form; a shipped step never
/// changes.
enum Schema {
    /// "SWLT", so that `file` and we can tell our databases from others.
    static let applicationID = 0x5357_4C54

    /// `user_version` counts the steps done.
    static var version: Int { steps.count }

    static let steps = [
        """
        CREATE TABLE job (
            id INTEGER PRIMARY KEY,
            name TEXT NOT NULL UNIQUE,
            state TEXT NOT NULL CHECK (state IN ('running', 'interrupted', 'finished', 'infeasible', 'failed')),
            plan TEXT NOT NULL,            -- the resolved job as JSON, for people and reports
            plan_hash TEXT NOT NULL,       -- SHA-256 of the keys that may not change
            metric TEXT NOT NULL,
            kernel_set TEXT NOT NULL,
            openblas_version TEXT NOT NULL,
            begun_at TEXT NOT NULL,
            seconds REAL NOT NULL DEFAULT 0
        ) STRICT;

        CREATE TABLE plan_key (            -- what the hash covers, to name the keys that differ
            job INTEGER NOT NULL REFERENCES job ON DELETE CASCADE,
            key TEXT NOT NULL,
            value TEXT NOT NULL,
            PRIMARY KEY (job, key)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE target (
            job INTEGER NOT NULL REFERENCES job ON DELETE CASCADE,
            position INTEGER NOT NULL,
            device TEXT NOT NULL,
            guides_search INTEGER NOT NULL CHECK (guides_search IN (0, 1)),
            PRIMARY KEY (job, device),
            UNIQUE (job, position)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE objective (           -- bounds in the minimised form: error, or log10 of the cost
            job INTEGER NOT NULL,
            device TEXT NOT NULL,
            position INTEGER NOT NULL,
            metric TEXT NOT NULL,
            ideal REAL NOT NULL,
            nadir REAL NOT NULL,
            PRIMARY KEY (job, device, position),
            FOREIGN KEY (job, device) REFERENCES target ON DELETE CASCADE
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE candidate (
            id TEXT PRIMARY KEY,
            architecture TEXT NOT NULL,
            compression TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE evaluation (
            id INTEGER PRIMARY KEY,
            job INTEGER NOT NULL REFERENCES job ON DELETE CASCADE,
            candidate TEXT NOT NULL REFERENCES candidate,
            proposal INTEGER,              -- NULL for finalists
            fidelity TEXT NOT NULL CHECK (fidelity IN ('inherited', 'trained', 'table', 'final')),
            accuracy_key TEXT NOT NULL,
            status TEXT NOT NULL CHECK (status IN ('ok', 'failed')),
            reason TEXT,
            accuracy REAL,
            accuracy_se REAL,
            test_accuracy REAL,
            test_accuracy_se REAL,
            macs INTEGER,
            parameters INTEGER,
            seconds REAL NOT NULL,
            sample_results BLOB,
            UNIQUE (job, proposal),
            UNIQUE (job, candidate, fidelity),
            CHECK ((status = 'ok') = (accuracy IS NOT NULL)),
            CHECK ((status = 'failed') = (reason IS NOT NULL))
        ) STRICT;
        CREATE INDEX evaluation_accuracy_key ON evaluation (accuracy_key) WHERE status = 'ok';

        CREATE TABLE score (
            evaluation INTEGER NOT NULL REFERENCES evaluation ON DELETE CASCADE,
            device TEXT NOT NULL,
            latency_ms REAL,
            latency_ms_p10 REAL,
            latency_ms_p90 REAL,
            provenance TEXT NOT NULL CHECK (provenance IN ('measured', 'calibrated', 'estimated')),
            energy_mj REAL,
            peak_ram_bytes INTEGER,
            flash_bytes INTEGER,
            model_bytes INTEGER,
            status TEXT NOT NULL,
            reason TEXT,
            PRIMARY KEY (evaluation, device)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE finalist (
            job INTEGER NOT NULL REFERENCES job ON DELETE CASCADE,
            device TEXT NOT NULL,
            candidate TEXT NOT NULL REFERENCES candidate,
            position INTEGER NOT NULL,
            PRIMARY KEY (job, device, candidate)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE host_timing (         -- measured before the first proposal, read again on resume
            job INTEGER NOT NULL REFERENCES job ON DELETE CASCADE,
            name TEXT NOT NULL,
            median_ms REAL NOT NULL,
            p10_ms REAL NOT NULL,
            p90_ms REAL NOT NULL,
            PRIMARY KEY (job, name)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE artefact (            -- files beside the database, under <folder>/<job>/
            job INTEGER NOT NULL REFERENCES job ON DELETE CASCADE,
            path TEXT NOT NULL,
            kind TEXT NOT NULL,
            candidate TEXT REFERENCES candidate,
            sha256 TEXT NOT NULL,
            PRIMARY KEY (job, path)
        ) STRICT, WITHOUT ROWID;
        """,
        """
        CREATE TABLE host_machine (        -- what the job's times were measured on; one row unless it went on elsewhere
            job INTEGER NOT NULL REFERENCES job ON DELETE CASCADE,
            processor TEXT NOT NULL,
            kernel_set TEXT NOT NULL,
            threads INTEGER NOT NULL,
            governor TEXT NOT NULL,
            PRIMARY KEY (job, processor, kernel_set, threads, governor)
        ) STRICT, WITHOUT ROWID;
        """,
        """
        CREATE TABLE device_measurement (  -- what finalists took there; scores keep what was predicted
            job INTEGER NOT NULL REFERENCES job ON DELETE CASCADE,
            device TEXT NOT NULL,
            candidate TEXT NOT NULL REFERENCES candidate,
            latency_ms REAL NOT NULL,
            latency_ms_p10 REAL,           -- NULL where there was one repeat
            latency_ms_p90 REAL,
            energy_mj REAL,
            repeats INTEGER NOT NULL CHECK (repeats > 0),
            source TEXT NOT NULL,          -- the file that it came from
            status TEXT NOT NULL CHECK (status IN ('ok', 'constraint')),
            reason TEXT,
            PRIMARY KEY (job, device, candidate)
        ) STRICT, WITHOUT ROWID;
        """,
        """
        CREATE TABLE front_volume (        -- what lists of jobs show, so that they need not read every score
            job INTEGER NOT NULL REFERENCES job ON DELETE CASCADE,
            device TEXT NOT NULL,
            evaluations INTEGER NOT NULL,  -- how many there were; with another number of them it is stale
            hypervolume REAL NOT NULL,
            PRIMARY KEY (job, device)
        ) STRICT, WITHOUT ROWID;
        """,
        """
        ALTER TABLE job DROP COLUMN plan;
        ALTER TABLE job RENAME COLUMN plan_hash TO guide_hash;
        -- A copy may begin anew under another guide, once.
        ALTER TABLE job ADD COLUMN is_open INTEGER NOT NULL DEFAULT 0 CHECK (is_open IN (0, 1));
        ALTER TABLE plan_key RENAME TO guide;

        CREATE TABLE job_file (            -- the file as it guided the search, and as it was read last
            job INTEGER NOT NULL REFERENCES job ON DELETE CASCADE,
            role TEXT NOT NULL CHECK (role IN ('guide', 'current')),
            file TEXT NOT NULL,            -- whose folder relative paths are relative to
            text TEXT NOT NULL,
            data TEXT,                     -- what replaced the data set's path
            seed INTEGER,                  -- what replaced the file's seed
            PRIMARY KEY (job, role)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE job_limit (           -- what answers are read under
            job INTEGER NOT NULL REFERENCES job ON DELETE CASCADE,
            position INTEGER NOT NULL,
            device TEXT,                   -- NULL for every device
            metric TEXT NOT NULL,
            bound TEXT NOT NULL CHECK (bound IN ('at_most', 'at_least')),
            value REAL NOT NULL,           -- in the metric's unit
            confidence REAL,
            PRIMARY KEY (job, position)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE profile (             -- devices as they were when something was priced on them
            hash TEXT PRIMARY KEY,
            device TEXT NOT NULL,
            yaml TEXT NOT NULL,
            fallback TEXT                  -- the profile of the device that takes over, as YAML
        ) STRICT, WITHOUT ROWID;

        -- Content of the profile whose scores are shown, and of the one that guided; '' where it was not kept.
        ALTER TABLE target ADD COLUMN profile TEXT NOT NULL DEFAULT '';
        ALTER TABLE target ADD COLUMN guide_profile TEXT;
        ALTER TABLE target ADD COLUMN is_shown INTEGER NOT NULL DEFAULT 1 CHECK (is_shown IN (0, 1));
        UPDATE target SET guide_profile = '';

        CREATE TABLE profile_score (
            evaluation INTEGER NOT NULL REFERENCES evaluation ON DELETE CASCADE,
            device TEXT NOT NULL,
            profile TEXT NOT NULL,         -- a score belongs to the content of a profile; '' where it was not kept
            latency_ms REAL,
            latency_ms_p10 REAL,
            latency_ms_p90 REAL,
            provenance TEXT NOT NULL CHECK (provenance IN ('measured', 'calibrated', 'estimated')),
            energy_mj REAL,
            peak_ram_bytes INTEGER,
            flash_bytes INTEGER,
            model_bytes INTEGER,
            status TEXT NOT NULL,
            reason TEXT,
            PRIMARY KEY (evaluation, device, profile)
        ) STRICT, WITHOUT ROWID;
        INSERT INTO profile_score SELECT evaluation, device, '', latency_ms, latency_ms_p10, latency_ms_p90, provenance,
            energy_mj, peak_ram_bytes, flash_bytes, model_bytes, status, reason FROM score;
        DROP TABLE score;
        ALTER TABLE profile_score RENAME TO score;
        """,
        """
        CREATE TABLE schedule (            -- lengths that were fixed when the job began, by the keys of the job file
            job INTEGER NOT NULL REFERENCES job ON DELETE CASCADE,
            key TEXT NOT NULL,
            value TEXT NOT NULL,
            PRIMARY KEY (job, key)
        ) STRICT, WITHOUT ROWID;

        -- A candidate may be trained to several lengths.
        CREATE TABLE rung_evaluation (
            id INTEGER PRIMARY KEY,
            job INTEGER NOT NULL REFERENCES job ON DELETE CASCADE,
            candidate TEXT NOT NULL REFERENCES candidate,
            proposal INTEGER,              -- NULL for finalists
            fidelity TEXT NOT NULL CHECK (fidelity IN ('inherited', 'trained', 'table', 'final')),
            rung INTEGER NOT NULL DEFAULT 0 CHECK (rung >= 0),
            accuracy_key TEXT NOT NULL,
            status TEXT NOT NULL CHECK (status IN ('ok', 'failed')),
            reason TEXT,
            accuracy REAL,
            accuracy_se REAL,
            test_accuracy REAL,
            test_accuracy_se REAL,
            macs INTEGER,
            parameters INTEGER,
            seconds REAL NOT NULL,
            sample_results BLOB,
            UNIQUE (job, proposal),
            UNIQUE (job, candidate, fidelity, rung),
            CHECK ((status = 'ok') = (accuracy IS NOT NULL)),
            CHECK ((status = 'failed') = (reason IS NOT NULL))
        ) STRICT;
        INSERT INTO rung_evaluation SELECT id, job, candidate, proposal, fidelity, 0, accuracy_key, status, reason, accuracy,
            accuracy_se, test_accuracy, test_accuracy_se, macs, parameters, seconds, sample_results FROM evaluation;
        CREATE TABLE rung_score (
            evaluation INTEGER NOT NULL REFERENCES rung_evaluation ON DELETE CASCADE,
            device TEXT NOT NULL,
            profile TEXT NOT NULL,         -- a score belongs to the content of a profile; '' where it was not kept
            latency_ms REAL,
            latency_ms_p10 REAL,
            latency_ms_p90 REAL,
            provenance TEXT NOT NULL CHECK (provenance IN ('measured', 'calibrated', 'estimated')),
            energy_mj REAL,
            peak_ram_bytes INTEGER,
            flash_bytes INTEGER,
            model_bytes INTEGER,
            status TEXT NOT NULL,
            reason TEXT,
            PRIMARY KEY (evaluation, device, profile)
        ) STRICT, WITHOUT ROWID;
        INSERT INTO rung_score SELECT * FROM score;
        DROP TABLE score;
        DROP TABLE evaluation;
        ALTER TABLE rung_evaluation RENAME TO evaluation;
        ALTER TABLE rung_score RENAME TO score;
        CREATE INDEX evaluation_accuracy_key ON evaluation (accuracy_key) WHERE status = 'ok';
        """,
        """
        CREATE TABLE queue_entry (         -- job files handed in to be run, one a job's name
            job TEXT PRIMARY KEY,
            position INTEGER NOT NULL UNIQUE, -- in the order in which they were handed in
            file TEXT NOT NULL,            -- whose folder relative paths are relative to
            text TEXT NOT NULL,
            priority INTEGER NOT NULL,     -- larger ones run first
            time_limit REAL,               -- seconds of one run; NULL for none
            state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'paused', 'cancelled', 'finished', 'failed')),
            message TEXT,                  -- why it is in that state, where that needs a sentence
            submitted_at TEXT NOT NULL,
            started_at TEXT,               -- of the present or last run
            worker INTEGER,                -- its process
            deaths INTEGER NOT NULL DEFAULT 0, -- of workers in a row, without an evaluation between them
            evaluations INTEGER NOT NULL DEFAULT 0 -- at the last death
        ) STRICT, WITHOUT ROWID;
        """,
        """
        CREATE INDEX evaluation_fidelity ON evaluation (job, fidelity, proposal);

        -- The front of a device as it was when its hypervolume was remembered: with what came later it gives that of now.
        ALTER TABLE front_volume ADD COLUMN fidelity TEXT;        -- NULL: the front was not kept
        ALTER TABLE front_volume ADD COLUMN last_evaluation INTEGER;
        CREATE TABLE front_member (
            job INTEGER NOT NULL REFERENCES job ON DELETE CASCADE,
            device TEXT NOT NULL,
            evaluation INTEGER NOT NULL,   -- its row; the front is forgotten before rows go
            PRIMARY KEY (job, device, evaluation)
        ) STRICT, WITHOUT ROWID;
        """,
    ]
}
