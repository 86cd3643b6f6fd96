import ExperimentStore
public import Reports

/// Gives a job another name, and its files with it.
public func rename(job name: String, to new: String, database: String) throws -> JobChangeAnswer {
    try ExperimentStore(writing: database).rename(name, to: new)
    return JobChangeAnswer(job: name, change: .renamed, name: new)
}

/// A second job with everything that the first one is and found.
///
/// The copy's next search may be guided otherwise, once: it begins anew then, and accuracies that are known are reused.
public func copy(job name: String, to new: String, database: String) throws -> JobChangeAnswer {
    try ExperimentStore(writing: database).copy(name, to: new)
    return JobChangeAnswer(job: name, change: .copied, name: new)
}

/// Removes a job with everything that it found, and its files.
public func delete(job name: String, database: String) throws -> JobChangeAnswer {
    try ExperimentStore(writing: database).delete(name)
    return JobChangeAnswer(job: name, change: .deleted, name: nil)
}
