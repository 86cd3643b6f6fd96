import ExperimentStore
import Foundation
import Quantities
import Search
import Testing

/// What a search relies on, whichever store it is given.
@Suite("Every trial store")
struct TrialStoreContractTests {
    enum Kind: CaseIterable { case memory, database }

    private func withStore(_ kind: Kind, _ body: (any TrialStore) throws -> Void) throws {
        switch kind {
        case .memory: try body(InMemoryTrialStore())
        case .database:
            let folder = try TemporaryFolder()
            let begun = try ExperimentStore(writing: folder.database).begin(try Sample.plan())
            try withExtendedLifetime(begun.lock) { try body(begun.job) }
        }
    }

    @Test("gives back what was recorded, to the last bit", arguments: Kind.allCases)
    func roundTrip(kind: Kind) throws {
        try withStore(kind) { store in
            let evaluations = [
                Sample.evaluation(0), Sample.evaluation(1, accuracy: nil), Sample.evaluation(2),
            ]
            for evaluation in evaluations { try store.record(evaluation) }
            #expect(try store.proposedEvaluations() == evaluations)
        }
    }

    @Test("orders by proposal number, whatever was recorded first", arguments: Kind.allCases)
    func order(kind: Kind) throws {
        try withStore(kind) { store in
            for proposal in [3, 0, 2, 1] { try store.record(Sample.evaluation(proposal)) }
            #expect(try store.proposedEvaluations().map(\.proposal) == [0, 1, 2, 3])
        }
    }

    @Test("keeps finalists out of the sequence of proposals", arguments: Kind.allCases)
    func finalists(kind: Kind) throws {
        try withStore(kind) { store in
            try store.record(Sample.evaluation(0))
            try store.record(Sample.evaluation(nil, fidelity: .final))
            #expect(try store.proposedEvaluations().count == 1)
        }
    }

    @Test("keeps a candidate's trainings of several lengths apart", arguments: Kind.allCases)
    func rungs(kind: Kind) throws {
        try withStore(kind) { store in
            var evaluations = [Sample.evaluation(0, candidate: "aa"), Sample.evaluation(1, candidate: "aa")]
            evaluations[1].rung = 1
            for evaluation in evaluations { try store.record(evaluation) }
            #expect(try store.proposedEvaluations() == evaluations)
            evaluations[1].proposal = 2
            #expect(throws: TrialStoreError.duplicateEvaluation("aa", .trained)) {
                try store.record(evaluations[1])
            }
        }
    }

    @Test("refuses a proposal number twice and a candidate twice at one fidelity", arguments: Kind.allCases)
    func duplicates(kind: Kind) throws {
        try withStore(kind) { store in
            try store.record(Sample.evaluation(0, candidate: "aa"))
            #expect(throws: TrialStoreError.duplicateProposal(0)) {
                try store.record(Sample.evaluation(0, candidate: "bb"))
            }
            #expect(throws: TrialStoreError.duplicateEvaluation("aa", .trained)) {
                try store.record(Sample.evaluation(1, candidate: "aa"))
            }
            #expect(try store.proposedEvaluations().count == 1)
        }
    }

    @Test("finds a quality by its key, and no failures", arguments: Kind.allCases)
    func cache(kind: Kind) throws {
        try withStore(kind) { store in
            let good = Sample.evaluation(0, key: "good")
            try store.record(good)
            try store.record(Sample.evaluation(1, accuracy: nil, key: "bad"))
            #expect(try store.quality(forKey: "good") == good.quality)
            #expect(try store.quality(forKey: "bad") == nil)
            #expect(try store.quality(forKey: "other") == nil)
        }
    }
}
