import Determinism
import ModelCompression
public import ModelGraph
import SearchSpaces
import Synchronization
import Training

/// How the candidates of a job inherit weights.
public struct Inheritance: Sendable {
    /// The networks that are inherited from.
    public let networks: InheritedNetworks
    /// Whether a point's own network of the search is trained on, as finalists are; else it is taken as it is.
    public let trainsOn: Bool

    /// Inheritance from some networks.
    public init(_ networks: InheritedNetworks, trainsOn: Bool) {
        self.networks = networks
        self.trainsOn = trainsOn
    }
}

/// Where trained networks last, each under the hash of everything that decided it.
public protocol NetworkShelf: Sendable {
    /// The network of a key; nil where there is none.
    func network(_ key: String) throws -> Graph?
    /// Keeps a network: whole, or not at all.
    func keep(_ network: Graph, _ key: String) throws
}

/// The trained networks of a job's candidates, each begun from its parent's.
///
/// Every network is a pure function of its chain of ancestors: what is lost is trained again, bit for bit. Those without a
/// parent are trained longer, since their weights are handed on to all others.
public final class InheritedNetworks: Sendable {
    /// What differs from a training from random weights.
    public struct Recipe: Hashable, Sendable {
        /// How many times longer than its children a network without a parent is trained.
        public var rootPatience = 3.0
        /// Of the usual learning rate, what a network with inherited weights is trained at.
        public var childRate = 0.5

        /// What was measured to be good (docs/results/weight-sharing.md).
        public init() {}
    }

    private let recipe: Recipe
    private let builder: CandidateBuilder
    private let shelf: (any NetworkShelf)?
    private let trained = TrainingCache<Graph>(capacity: 32)
    /// Hash of what all networks have in common.
    private let common: String
    private let keys = Mutex<[Link: String]>([:])

    /// One step of a chain.
    private struct Link: Hashable {
        let source: String?
        let ancestor: Ancestor
    }

    /// - Parameters:
    ///   - builder: trains the networks, with the settings of the search.
    ///   - shelf: keeps them beyond this process; nil keeps a few in memory.
    public init(
        _ builder: CandidateBuilder, shelf: (any NetworkShelf)? = nil, recipe: Recipe = Recipe()
    ) {
        self.builder = builder
        self.recipe = recipe
        self.shelf = shelf
        let identity: Identity = [
            "version": .integer(1), "data": builder.data.identity, "training": builder.settings.identity,
            "root_patience": .number(recipe.rootPatience),
            "child_rate": .number(recipe.childRate), "seed": .text(String(builder.seed)),
        ]
        common = identity.hash
    }

    /// A point's network, trained as far as the search trains it, before any compression.
    func network(of genotype: Genotype, after ancestors: [Ancestor]) throws -> Graph {
        let chain = ancestors + [builder.space.ancestor(genotype)]
        let keys = keys(of: chain)
        var (network, begin): (Graph?, Int) = (nil, chain.count)
        while begin > 0 {
            network = try kept(keys[begin - 1])
            if network != nil { break }
            begin -= 1
        }
        for place in begin..<chain.count {
            let parent = network
            network = try trained.network(keys[place]) {
                let child = try train(chain[place], key: keys[place], from: parent)
                try shelf?.keep(child, keys[place])
                return child
            }
        }
        guard let network else { preconditionFailure("a chain ends with the point itself") }
        return network
    }

    /// Hash of everything that decides a point's network: its shapes, the data, the training, its parent's key, and what it
    /// takes over of its parent.
    func key(of genotype: Genotype, after ancestors: [Ancestor]) -> String {
        keys(of: ancestors + [builder.space.ancestor(genotype)]).last ?? ""
    }

    private func kept(_ key: String) throws -> Graph? {
        if let known = trained.known(key) { return known }
        return try shelf?.network(key)
    }

    // MARK: Keys

    private func keys(of chain: [Ancestor]) -> [String] {
        var keys: [String] = []
        for (place, ancestor) in chain.enumerated() {
            let link = Link(source: keys.last, ancestor: ancestor)
            let known = self.keys.withLock { $0[link] }
            let key = known ?? makeKey(link, parent: place > 0 ? chain[place - 1] : nil)
            if known == nil { self.keys.withLock { $0[link] = key } }
            keys.append(key)
        }
        return keys
    }

    private func makeKey(_ link: Link, parent: Ancestor?) -> String {
        let (own, source) = (graph(of: link.ancestor), parent.flatMap(graph))
        let lesson = try? Compression(parsing: link.ancestor.lesson)
        let map = own.flatMap { own in source.map { SliceMap(from: $0, to: own).text } }
        let identity: Identity = [
            "common": .text(common),
            "network": .text(orAbsent: genotype(of: link.ancestor).map(builder.networkKey)),
            "lesson": .text(link.ancestor.lesson),
            "teacher": .text(orAbsent: lesson.flatMap(builder.externalTeacherKey)),
            "space_teacher": .text(orAbsent: lesson.flatMap(builder.spaceTeacherKey)),
            "source": .text(orAbsent: link.source), "map": .text(orAbsent: map.map { SHA256.hex($0) }),
        ]
        return identity.hash
    }

    private func genotype(of ancestor: Ancestor) -> Genotype? {
        try? builder.space.genotype(architecture: ancestor.architecture)
    }

    private func graph(of ancestor: Ancestor) -> Graph? {
        genotype(of: ancestor).flatMap { try? builder.space.graph(of: $0, input: builder.data.input) }
    }

    // MARK: Training

    private func train(_ ancestor: Ancestor, key: String, from parent: Graph?) throws -> Graph {
        let genotype = try builder.space.genotype(architecture: ancestor.architecture)
        var lesson = try builder.lesson(of: Compression(parsing: ancestor.lesson))
        if lesson?.isOwnNetwork(genotype, of: builder.space) == true { lesson = nil }
        var start = try builder.initialized(genotype)
        if let parent { start = start.inheriting(from: try parent.orderedChannels(by: .l2)) }
        let patience = parent == nil ? recipe.rootPatience : 1
        let training = builder.settings.recipe(
            epochs: builder.settings.epochs * patience, seed: builder.seed, distillation: lesson?.distillation
        ).with { training in
            if parent != nil { training.learningRate *= Float(recipe.childRate) }
        }
        return try builder.train(
            start, teacher: lesson?.teacher, recipe: builder.adapted(training), stream: builder.stream(key)
        ).graph
    }
}
