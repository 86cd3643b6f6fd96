import Kernels
import ModelGraph

/// One network of a super-network, planned for training: its tape, and where its constants lie in the shared memory.
final class Subnetwork: Sendable {
    let tape: Tape
    /// One a parameter of the tape; nil for constants that the network fixes itself.
    let views: [TensorView?]
    /// For each parameter, the place of its shared tensor.
    let places: [Int?]
    private let graph: Graph

    /// - Throws: `TrainingError` where the network cannot be trained or does not fit into the super-network.
    init(_ graph: Graph, of shared: SharedWeights, rows: Int, kernels: TrainingKernels) throws(TrainingError)
    {
        self.graph = graph
        tape = try Tape(graph, rows: rows, kernels: kernels)
        var views: [TensorView?] = []
        var places: [Int?] = []
        for parameter in tape.parameters {
            guard let constant = graph[parameter.value].constant, constant.isShareable else {
                views.append(nil)
                places.append(nil)
                continue
            }
            views.append(try shared.view(of: constant.tensor.shape, named: parameter.name))
            places.append(shared.place(of: parameter.name))
        }
        self.views = views
        self.places = places
    }

    /// Copies the shared weights to where the tape's rules read them.
    func gather(from shared: FloatBlock, into own: FloatBlock) {
        for (parameter, view) in zip(tape.parameters, views) {
            let stretch = own.part(parameter.offset, parameter.count)
            if let view {
                for run in view.runs {
                    stretch.part(run.own, run.length).copy(from: shared.part(run.shared, run.length))
                }
            } else if let fixed = graph[parameter.value].constant?.tensor.floats {
                stretch.copy(from: fixed)
            }
        }
    }

    /// Adds the gradients of the trained constants to the shared ones.
    func scatter(_ own: FloatBlock, into shared: FloatBlock, kernels: TrainingKernels) {
        for (parameter, view) in zip(tape.parameters, views) where parameter.isTrained {
            guard let view else { continue }
            let stretch = own.part(parameter.offset, parameter.count)
            for run in view.runs {
                kernels.scale(
                    stretch.part(run.own, run.length), by: 1, into: shared.part(run.shared, run.length),
                    accumulating: true)
            }
        }
    }
}

/// Plans of the networks that were trained lately, by their graphs: making one takes as long as some steps.
struct SubnetworkCache {
    private var plans: [Graph: Subnetwork] = [:]
    /// The longest unused first.
    private var order: [Graph] = []
    private let capacity: Int

    init(capacity: Int = 128) { self.capacity = capacity }

    mutating func plan(
        _ graph: Graph, make: () throws(TrainingError) -> Subnetwork
    ) throws(TrainingError) -> Subnetwork {
        if let known = plans[graph] {
            if let place = order.firstIndex(of: graph) { order.append(order.remove(at: place)) }
            return known
        }
        let plan = try make()
        plans[graph] = plan
        order.append(graph)
        if order.count > capacity { plans[order.removeFirst()] = nil }
        return plan
    }
}
