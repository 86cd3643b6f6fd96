import ModelGraph
import Testing
import Training

@Suite("Pruning while training")
struct PruningTests {
    private static let marks: [Sparsity] = [.unstructured(nonZeros: 30), .pattern(kept: 1, group: 2)]

    /// The small network with its first convolution marked.
    private func marked(_ sparsity: Sparsity) throws -> (graph: Graph, index: Int) {
        var graph = try SmallNetwork.graph().initialized(seed: 1)
        let index = try #require(graph.values.firstIndex { $0.name == "w0" })
        graph.values[index].constant?.sparsity = sparsity
        return (graph, index)
    }

    @Test("the gradual schedule ends at the mark", arguments: marks)
    func endsAtMark(_ sparsity: Sparsity) throws {
        let (graph, index) = try marked(sparsity)
        let recipe = SmallNetwork.recipe.with { $0.pruning = .gradual(begin: 0.1, end: 0.7, interval: 5) }
        let trained = try train(graph, on: SmallNetwork.blobs(256), recipe: recipe)
        let weights = try #require(trained.graph.values[index].constant?.tensor.floats)
        switch sparsity {
        case .dense: Issue.record("a dense constant has no mark")
        case .unstructured(let nonZeros): #expect(weights.count { $0 != 0 } == nonZeros)
        case .pattern(let kept, let group):
            let counts = stride(from: 0, to: weights.count, by: group).map { start in
                weights[start..<start + group].count { $0 != 0 }
            }
            #expect(counts.allSatisfy { $0 == kept })
        }
    }

    @Test("regrowing keeps the number of weights and moves some")
    func regrows() throws {
        let (graph, index) = try marked(.unstructured(nonZeros: 30))
        let recipe = SmallNetwork.recipe.with {
            $0.pruning = .regrowing(fraction: 0.3, end: 0.75, interval: 10)
        }
        let source = SmallNetwork.blobs(256)
        let trainer = try Trainer(graph, on: source, recipe: recipe)
        let before = try #require(trainer.network.values[index].constant?.tensor.floats)
        while !trainer.isFinished { try trainer.takeStep() }
        let after = try #require(trainer.network.values[index].constant?.tensor.floats)
        #expect(before.count { $0 != 0 } == 30)
        #expect(after.count { $0 != 0 } == 30)
        #expect(zip(before, after).contains { ($0 == 0) != ($1 == 0) })
    }

    @Test("a resumed schedule ends in the same bits")
    func resumes() throws {
        let (graph, _) = try marked(.unstructured(nonZeros: 30))
        let recipe = SmallNetwork.recipe.with {
            $0.pruning = .regrowing(fraction: 0.3, end: 0.75, interval: 10)
        }
        let source = SmallNetwork.blobs(256)
        let whole = try train(graph, on: source, recipe: recipe)
        let stopped = try Trainer(graph, on: source, recipe: recipe)
        for _ in 0..<25 { try stopped.takeStep() }
        let resumed = try train(graph, on: source, recipe: recipe, resuming: stopped.state)
        #expect(resumed.state == whole.state)
    }
}
