import Candidates
import Datasets
package import Determinism
import Devices
package import ExperimentStore
import ModelGraph
import Quantities
import Runners
import Search
import SearchSpaces

extension ResolvedJob {
    /// Everything that decides which candidates are proposed and how they are trained: not the name, the budget, the number of
    /// finalists, the threads, the paths.
    ///
    /// Its hash is the job's identity. Each value is encoded exactly by its own type; stored identities are compared with these,
    /// so an encoding changes only with its version.
    package func guide(_ work: JobWork) -> Identity {
        var searching: Identity = [
            "strategy": .text(search.strategy.rawValue), "batch": .integer(search.batch),
            "seed": .text(String(seed)), "use_host_times": .flag(search.usesHostTimes),
        ]
        // Left out where there is none, as in jobs begun before it could be said.
        if let most = search.maxOperations { searching.append("max_macs", .integer(most)) }
        var identity: Identity = [
            "version": .integer(1), "data": dataGuide(work), "space": spaceGuide, "devices": devicesGuide,
            "objectives": .list(objectives.map { .text($0.rawValue) }),
            "constraints": .list(constraints.map(\.identity)),
            "reserve": [
                "ram_bytes": .integer(reserve.ramBytes), "flash_bytes": .integer(reserve.flashBytes),
            ],
            "training": searchSettings.identity,
            "super_network": ["epochs": .number(orAbsent: superEpochs)],
            "finalists": [
                "training": finalSettings.identity, "everyone": .flag(finalists.choice == .everyone),
                "maximum_drop": .number(orAbsent: finalists.maximumDrop),
            ],
            "compressing": compression.identity,
            "search": searching,
            "teachers": teachersGuide(work),
        ]
        // As above.
        if inherits { identity.append("inherits", .flag(true)) }
        if let runners = runnersGuide { identity.append("runners", runners) }
        return identity
    }

    /// Commands whose times decide what is proposed; nil where there are none.
    private var runnersGuide: Identity? {
        guard search.usesHostTimes, !runners.isEmpty else { return nil }
        return .record(
            runners.sorted { $0.key < $1.key }.map { .init($0.key, .text($0.value.command)) })
    }

    private func dataGuide(_ work: JobWork) -> Identity {
        switch work {
        case .training(let training): training.data.identity
        case .table(let table): table.identity
        }
    }

    private var spaceGuide: Identity {
        [
            "name": .text(space.name), "version": .integer(space.version), "content": .text(spaceHash),
            "compression": .list(
                space.dimensions.filter { $0.role == .compression }.map { dimension in
                    ["choice": .text(dimension.name), "options": .list(dimension.options.map(Identity.text))]
                }),
            "fixed": .list(space.fixedCompression.map(Identity.text)),
        ]
    }

    /// Names with the content of profiles, each at its place in the file.
    private var devicesGuide: Identity {
        .record(
            devices.enumerated().map { index, device in
                let profile = profiles.first { $0.name == device }
                return .init(
                    "\(index)",
                    .text([device, profile?.content.hash].compactMap(\.self).joined(separator: " ")))
            })
    }

    private func teachersGuide(_ work: JobWork) -> Identity {
        switch work {
        case .table: .record([])
        case .training(let training):
            .record(
                training.externalTeachers.sorted { $0.key < $1.key }.map {
                    .init($0.key, .text(SHA256.hex($0.value.encoded())))
                })
        }
    }
}

extension DeviceProfile {
    /// The profile as it is kept: what it says, whichever file it came from.
    package var content: ProfileContent {
        let other = support.fallback?.profile.first?.yaml
        let identity: Identity = [
            "version": .integer(1), "profile": .text(yaml), "fallback": .text(orAbsent: other),
        ]
        return ProfileContent(hash: identity.hash, device: name, yaml: yaml, fallback: other)
    }

    /// A profile that was kept.
    package init(_ content: ProfileContent) throws {
        let others = content.fallback.map { [(file: "fallback of \(content.device)", text: $0)] } ?? []
        self = try DeviceCatalog(files: others).profile(
            parsing: content.yaml, file: "kept profile of \(content.device)")
    }
}
