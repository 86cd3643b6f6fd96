/// Why a job cannot be read, begun or finished, in one sentence that says what to change.
///
/// What is wrong at a place of the job file is a `YAMLError`, which names file, line and key.
package struct JobError: Error, Hashable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) { self.description = description }
}
