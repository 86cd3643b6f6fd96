import Foundation
import InputMutations
import ReaderMutations

/// `mutation-runs [COUNT] [SEED]`: damaged data files, databases, bundles, measurements and job files, a hundred at a time.
let count = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 500_000
let seed = CommandLine.arguments.dropFirst(2).first.flatMap { UInt64($0) } ?? 1
let folder = try MutationRun.temporaryFolder()
let readers = try MutationRun.temporaryFolder()
let seeds = try await InputSeeds(in: folder)
var complaints: [String] = []
let begun = ContinuousClock.now
for first in stride(from: 0, to: count, by: 100) {
    // The readers of data sets are many and fast: nine inputs of ten are theirs.
    _ = try MutationRun(count: 90, seed: seed, from: first, in: readers)
    let run = try InputRun(count: 10, seed: seed, from: first / 10, seeds: seeds, in: folder)
    complaints += run.complaints
    for complaint in run.complaints { print(complaint) }
    if first % 10_000 == 0 {
        print("\(first) of \(count), \(complaints.count) complaints, \(ContinuousClock.now - begun)")
    }
}
for path in [folder, readers] { try FileManager.default.removeItem(atPath: path) }
print("\(count) inputs, \(complaints.count) complaints")
exit(complaints.isEmpty ? 0 : 1)
