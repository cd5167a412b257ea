/** API keys and webhooks: lists, forms, and secrets that are shown once. */
import { isTextList } from '../../json.ts'
import type { PageProps } from '../page-props.ts'
import { words } from '../words.ts'
import { AccessList } from './access-list.tsx'

const labels = words.access

export function Access({ store }: PageProps) {
  const { key_scopes, webhook_types } = store.state.answer.offered
  const scopes = isTextList(key_scopes) ? key_scopes : Object.keys(labels.scopeNames)
  return (
    <>
      <AccessList
        kind="keys"
        title={labels.keys}
        intro={labels.keysIntro}
        none={labels.noKeys}
        create={labels.createKey}
        secretAdvice={labels.secretKey}
        removeQuestion={labels.removeKey}
        scopes={scopes}
        types={[]}
      />
      <AccessList
        kind="webhooks"
        title={labels.webhooks}
        intro={labels.webhooksIntro}
        none={labels.noWebhooks}
        create={labels.createWebhook}
        secretAdvice={labels.secretWebhook}
        removeQuestion={labels.removeWebhook}
        scopes={[]}
        types={isTextList(webhook_types) ? webhook_types : []}
      />
    </>
  )
}
