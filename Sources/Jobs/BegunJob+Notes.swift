package import ExperimentStore

extension BegunJob {
    /// What is to be known of a search that is guided otherwise than its answers are read.
    package var notes: [String] {
        guard !guidedOtherwise.isEmpty else { return [] }
        let differences = guidedOtherwise.map(\.description).joined(separator: "; ")
        return [
            "the search of job '\(job.name)' stays guided by what it began with (\(differences)); answers and finalists follow "
                + "the file as it is now. 'swiftlet jobs copy \(job.name) NAME' and the file under that name search anew"
        ]
    }
}
